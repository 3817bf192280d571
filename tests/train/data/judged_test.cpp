// Judged answers, as batches of whole requests.
#include "data/judged.hpp"

#include <map>
#include <set>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "train/helpers.hpp"
#include "train/judged_answers.hpp"
#include "udrl/base/error.hpp"
#include "udrl/student/critic.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;
using udrl::test::contains;
using udrl::test::error_of;

namespace {

struct World {
  explicit World(const std::vector<data::Record>& records) { write_judged(folder.path() / "own", records); }
  JudgedAnswers judged(int micro_tokens = 400) const {
    return JudgedAnswers({folder.path() / "own", commands, pieces, 64, micro_tokens, 1});
  }

  TempFolder folder;
  command::Fitted commands = fitted();
  student::Tokenizer pieces = tokenizer(samples(48));
};

std::size_t taught(const std::vector<data::Record>& records) {
  std::size_t count = 0;
  for (const data::Record& record : records) count += student::is_held_out(record.intent.intent_id) ? 0 : 1;
  return count;
}

}  // namespace

TEST_CASE("Judged answers come request by request, with returns that say which is better") {
  const auto records = judged_records(40);
  const World world(records);
  const JudgedAnswers judged = world.judged();
  CHECK(judged.answers() == taught(records));
  CHECK(judged.answers() < records.size());
  CHECK(judged.batches() > 2);
  std::size_t answers = 0;
  double squares = 0;
  for (std::uint64_t step = 0; step < judged.batches(); ++step) {
    const JudgedBatch& batch = judged.of_step(step);
    const auto rows = static_cast<std::size_t>(batch.answers.rows);
    REQUIRE(batch.requests.size() == rows);
    REQUIRE(batch.returns.size() == rows);
    std::map<std::int64_t, std::pair<int, double>> requests;
    for (std::size_t row = 0; row < rows; ++row) {
      ++requests[batch.requests[row]].first;
      requests[batch.requests[row]].second += batch.returns[row];
      squares += batch.returns[row] * batch.returns[row];
    }
    for (const auto& [request, of] : requests) {
      CHECK(of.first == draws_a_request);
      CHECK(of.second == Approx(0).margin(1e-9));
    }
    answers += rows;
  }
  CHECK(answers == judged.answers());
  CHECK(squares / static_cast<double>(answers) == Approx(1));
}

TEST_CASE("A judged answer is learned up to its last word, behind what it was asked") {
  const World world(judged_records(8));
  const JudgedAnswers judged = world.judged(1);
  const JudgedBatch& batch = judged.of_step(0);  // one request: never cut
  CHECK(batch.answers.rows == draws_a_request);
  for (const std::int64_t target : batch.answers.targets) CHECK(target != world.pieces.eos_id());
  const auto row = static_cast<std::size_t>(batch.answers.positions.front() / batch.answers.width);
  std::vector<int> answer;
  for (std::size_t i = 0; i < batch.answers.positions.size(); ++i)
    if (static_cast<std::size_t>(batch.answers.positions[i] / batch.answers.width) == row)
      answer.push_back(static_cast<int>(batch.answers.targets[i]));
  CHECK(world.pieces.decode(answer).starts_with(" a warm photo"));
  const auto before = static_cast<std::size_t>(batch.answers.positions.front());
  CHECK(batch.answers.ids[before] == *world.pieces.id(command::gen_piece));
}

TEST_CASE("Each pass over judged answers has all batches, in an order of its own that a seed fixes") {
  const World world(judged_records(40));
  const JudgedAnswers judged = world.judged(), again = world.judged();
  const auto order = [&](std::uint64_t pass) {
    std::vector<const JudgedBatch*> out;
    for (std::uint64_t i = 0; i < judged.batches(); ++i) out.push_back(&judged.of_step(pass * judged.batches() + i));
    return out;
  };
  const auto first = order(0), second = order(1);
  CHECK(std::set<const JudgedBatch*>(first.begin(), first.end()).size() == judged.batches());
  CHECK(std::set<const JudgedBatch*>(second.begin(), second.end()).size() == judged.batches());
  CHECK(first != second);
  for (std::uint64_t step = 0; step < 2 * judged.batches(); ++step)
    CHECK(judged.of_step(step).answers.ids == again.of_step(step).answers.ids);
}

TEST_CASE("Answers that say nothing about which is better are refused") {
  auto records = judged_records(8);
  for (data::Record& record : records) record.return_value = 0.5;
  const World world(records);
  CHECK(contains(error_of([&] { world.judged(); }), "nothing says which is better"));
}
