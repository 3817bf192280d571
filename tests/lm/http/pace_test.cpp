// The pace of an endpoint, under a clock of the test's own.
#include "http/pace.hpp"

#include <vector>

#include "catch.hpp"

using namespace udrl::lm;

namespace {

using Time = Pace::Time;

Time at(double seconds) {
  return Time{} + std::chrono::hours(1) +
         std::chrono::duration_cast<Pace::Clock::duration>(std::chrono::duration<double>(seconds));
}

/// An endpoint that answers `capacity` requests of a round and turns the others away, for some rounds of a second;
/// returns how many it was asked in each.
std::vector<int> asked_by_round(Pace& pace, int capacity, int rounds) {
  std::vector<int> asked;
  double now = 0;
  for (int round = 0; round < rounds; ++round) {
    int sent = 0;
    while (pace.may_send(at(now))) pace.sent(), ++sent;
    asked.push_back(sent);
    for (int i = 0; i < sent; ++i) {
      if (i < capacity) pace.answered(at(now + 0.5));
      else pace.turned_away(at(now), at(now + 0.5), 0);
    }
    now += 2;
  }
  return asked;
}

}  // namespace

TEST_CASE("an endpoint without a limit is soon asked as much as it may be") {
  Pace pace("a", {256, 300, 300});
  const std::vector<int> asked = asked_by_round(pace, 1000, 7);
  CHECK(asked.front() == 8);
  CHECK(asked[1] == 16);
  CHECK(asked.back() == 256);
}

TEST_CASE("an endpoint with a limit is asked about as much as that") {
  const int capacity = GENERATE(1, 3, 40, 200);
  Pace pace("a", {256, 300, 300});
  const std::vector<int> asked = asked_by_round(pace, capacity, 200);
  int refused = 0, sum = 0;
  for (std::size_t i = 100; i < asked.size(); ++i) {
    sum += std::min(asked[i], capacity);
    refused += std::max(0, asked[i] - capacity);
  }
  CAPTURE(capacity, sum, refused);
  CHECK(sum >= 100 * capacity * 0.6);  // of what it could have answered
  CHECK(refused <= sum);
}

TEST_CASE("what was sent before an endpoint turned others away does not halve the pace again") {
  Pace pace("a", {64, 300, 300});
  asked_by_round(pace, 1000, 6);
  REQUIRE(pace.window() == 64);
  for (int i = 0; i < 20; ++i) pace.sent();
  for (int i = 0; i < 20; ++i) pace.turned_away(at(100), at(100.5 + i * 0.01), 0);
  CHECK(pace.window() == 32);
}

TEST_CASE("what an endpoint asks for is waited for, up to the longest wait") {
  Pace pace("a", {4, 60, 300});
  pace.sent();
  const double wait = pace.turned_away(at(0), at(0), 7);
  CHECK(wait >= 7);
  CHECK(wait <= 9);
  CHECK_FALSE(pace.may_send(at(6.9)));
  CHECK(pace.may_send(at(9)));
  pace.sent();
  CHECK(pace.turned_away(at(9), at(9), 86400) <= 60);
}

TEST_CASE("after some failures in a row one request at a time is tried until one is answered") {
  Pace pace("a", {8, 300, 300});
  for (int i = 0; i < 8; ++i) pace.sent();
  for (int i = 0; i < 4; ++i) CHECK(pace.failed(at(0), at(1)) == 0);
  CHECK(pace.failed(at(0), at(1)) > 0);
  for (int i = 0; i < 3; ++i) pace.failed(at(0), at(1));
  CHECK_FALSE(pace.may_send(at(1)));
  REQUIRE(pace.may_send(at(10)));
  pace.sent();
  CHECK_FALSE(pace.may_send(at(10)));
  const double first = pace.failed(at(10), at(10));
  pace.sent();
  CHECK(pace.failed(at(20), at(20)) > first);
  pace.sent();
  pace.answered(at(30));
  pace.sent();
  CHECK(pace.may_send(at(30)));
}

TEST_CASE("single failures among answers leave the pace alone") {
  Pace pace("a", {8, 300, 300});
  for (int i = 0; i < 100; ++i) {
    pace.sent();
    pace.sent();
    CHECK(pace.failed(at(i), at(i)) == 0);
    pace.answered(at(i));
  }
  CHECK(pace.window() == 8);
}

TEST_CASE("an endpoint that answers nothing for long is given up, one that answers now and then is not") {
  Pace pace("a", {8, 300, 60});
  for (int i = 0; i < 10; ++i) {
    pace.sent();
    pace.failed(at(i * 10), at(i * 10));
    CHECK(pace.is_given_up(at(i * 10)) == (i > 6));
  }
  pace.sent();
  pace.answered(at(100));
  pace.sent();
  pace.turned_away(at(110), at(110), 0);
  CHECK_FALSE(pace.is_given_up(at(110)));
}
