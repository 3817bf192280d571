// Requests asked as they come, answers taken in their order, whatever the model finishes first.
#include "in_order.hpp"

#include <deque>

#include "catch.hpp"
#include "lm/fake_model.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::inference;

namespace {

/// Answers a few at once, the one that came last first; refuses "refused".
class LastFirst : public lm::testing::FakeModel {
 public:
  std::size_t slots = 4;

  lm::Throughput complete(const lm::RequestSource& next, const lm::CompletionSink& done) override {
    std::deque<lm::Request> running;
    bool more = true;
    while (more || !running.empty()) {
      while (more && running.size() < slots) {
        auto request = next();
        more = request.has_value();
        if (!request) break;
        running.push_back(*request);
      }
      if (running.empty()) break;
      lm::Completion completion;
      completion.id = running.back().id;
      completion.mark = running.back().mark;
      completion.text = "to " + running.back().id;
      running.pop_back();
      done(completion);
    }
    return {};
  }
  std::size_t check(const lm::Request& request) const override {
    if (request.id == "refused") throw user_error("too long").at("request refused");
    return 0;
  }
};

struct Asked {
  std::vector<std::string> ids;
  std::size_t at = 0;
  std::size_t most_ahead = 0, taken = 0;
  std::vector<std::string> texts{};
  std::function<bool()> ready = [] { return true; };

  /// What came out of it, "" for nothing.
  std::string run(LastFirst& model, std::size_t window = 100) {
    const RequestStream requests{[this]() -> std::optional<lm::Request> {
                                   if (at == ids.size()) return std::nullopt;
                                   if (ids[at] == "throws") throw user_error("a bad line").at("mine.txt:3");
                                   most_ahead = std::max(most_ahead, at + 1 - taken);
                                   lm::Request request;
                                   request.id = ids[at++];
                                   return request;
                                 },
                                 ready};
    try {
      complete_in_order(
          model, requests,
          [this](const lm::Completion& one) {
            ++taken;
            texts.push_back(one.text);
          },
          window);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

std::vector<std::string> numbered(int n) {
  std::vector<std::string> ids;
  for (int i = 0; i < n; ++i) ids.push_back(std::to_string(i));
  return ids;
}

std::vector<std::string> answers_to(const std::vector<std::string>& ids) {
  std::vector<std::string> texts;
  for (const std::string& id : ids) texts.push_back("to " + id);
  return texts;
}

}  // namespace

TEST_CASE("answers are taken in the order of their requests") {
  LastFirst model;
  Asked asked{numbered(50)};
  CHECK(asked.run(model).empty());
  CHECK(asked.texts == answers_to(numbered(50)));
  Asked none{{}};
  CHECK(none.run(model).empty());
}

TEST_CASE("requests of one id each have their answer") {
  LastFirst model;
  Asked asked{{"a", "b", "a", "a", "b"}};
  CHECK(asked.run(model).empty());
  CHECK(asked.texts == answers_to({"a", "b", "a", "a", "b"}));
}

TEST_CASE("a slow answer holds up only so many others") {
  LastFirst model;  // the first request of all is answered last
  Asked asked{numbered(1000)};
  CHECK(asked.run(model, 16).empty());
  CHECK(asked.most_ahead <= 16);
  CHECK(asked.texts == answers_to(numbered(1000)));
}

TEST_CASE("no request is waited for while an answer is under way") {
  LastFirst model;
  Asked asked{numbered(5)};
  std::size_t waited = 0;
  asked.ready = [&] {
    waited += asked.at > asked.taken ? 1 : 0;
    return false;
  };
  CHECK(asked.run(model).empty());
  CHECK(waited == 5);            // asked each time, and never waited for
  CHECK(asked.most_ahead == 1);  // each is answered before the next is read
  CHECK(asked.texts == answers_to(numbered(5)));
}

TEST_CASE("where the next request cannot be read, those before it are answered") {
  LastFirst model;
  Asked asked{{"0", "1", "throws", "3"}};
  CHECK(asked.run(model).find("mine.txt:3") != std::string::npos);
  CHECK(asked.texts == answers_to({"0", "1"}));
}

TEST_CASE("where the model refuses a request, those before it are answered") {
  LastFirst model;
  Asked asked{{"0", "1", "2", "3", "4", "5", "refused", "7"}};
  CHECK(asked.run(model).find("too long") != std::string::npos);
  CHECK(asked.texts == answers_to({"0", "1", "2", "3", "4", "5"}));
}

TEST_CASE("what the taker throws comes out at once") {
  LastFirst model;
  const RequestStream endless{[] { return std::optional(lm::Request{"again", {}, 0, {}}); }, [] { return true; }};
  int taken = 0;
  const auto leave = [&](const lm::Completion&) {
    if (++taken == 3) throw failure("the disk is full");
  };
  CHECK_THROWS_AS(complete_in_order(model, endless, leave), Error);
  CHECK(taken == 3);
}

TEST_CASE("a request to stop ends it") {
  LastFirst model;
  model.slots = 1;
  const RequestStream endless{[] {
                                return std::optional(lm::Request{"again", {}, 0, {}});
                              },
                              [] { return !stop_requested(); }};
  int taken = 0;
  complete_in_order(model, endless, [&](const lm::Completion&) {
    if (++taken == 3) request_stop();
  });
  request_stop(false);
  CHECK(taken < 20);
}
