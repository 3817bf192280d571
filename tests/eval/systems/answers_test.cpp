// The cache of answers: nothing asked twice, nothing lost, nothing mixed.
#include "systems/answers.hpp"

#include <fstream>
#include <memory>
#include <set>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "lm/fake_model.hpp"
#include "udrl/base/error.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/critic.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;
using lm::testing::FakeModel;

namespace {

class FakeSystem : public OpenSystem {
 public:
  FakeModel fake;
  lm::LanguageModel& model() override { return fake; }
  lm::Request request(const Row& row, const Case& c) const override {
    lm::Request request;
    request.id = c.id;
    request.sampling = row.sampling;
    return request;
  }
  std::size_t prefix_group(const Row&, const Case& c) const override { return c.task_index; }
  std::optional<int> asked_return(const Row&, const Case&) const override { return 4; }
  std::string kept(const Case&, const std::string& written) const override {
    return command::as_shown(data::normalise(written));
  }
  std::optional<double> worth(const lm::Completion& done) const override { return done.read.log_prob; }
};

data::Manifest manifest(const std::string& sha = "a") {
  return answers_manifest(row("student-top", RowKind::student), {sha, {{"task image", "b"}}, 1, "udrl-eval"});
}

const Row top_row = row("student-top", RowKind::student);

}  // namespace

TEST_CASE("every case is answered once, prefix by prefix") {
  TempFolder folder;
  const CaseSet set = case_set(4, 2);
  FakeSystem system;
  system.fake.answer = [](const lm::Request& r) { return " An answer\u200b to  " + r.id + " "; };
  AnswerCache cache(folder.path() / "o", manifest());
  int answered = 0;
  ask_missing(system, {{&top_row, &cache}}, set.cases, [&] { ++answered; });
  CHECK(answered == 16);
  for (std::size_t i = 0; i < 8; ++i) CHECK(system.fake.asked[i].id.find("/image") != std::string::npos);
  const SystemAnswer& a = cache.at(set.cases[3]);
  CHECK(a.asked_words == set.cases[3].asked_words);
  CHECK(a.asked_return == 4);
  CHECK(a.text.front() == 'A');
}

TEST_CASE("rows whose prompts begin alike are asked together") {
  TempFolder folder;
  const CaseSet set = case_set(4, 2);
  const Row lowest = row("student-lowest", RowKind::student);
  FakeSystem system;
  AnswerCache top(folder.path() / "top", manifest()), low(folder.path() / "low", manifest());
  ask_missing(system, {{&top_row, &top}, {&lowest, &low}}, set.cases, [] {});
  REQUIRE(system.fake.asked.size() == 32);
  for (std::size_t i = 0; i < 16; ++i) CHECK(system.fake.asked[i].id.find("/image") != std::string::npos);
  for (const Case& c : set.cases) {
    CHECK(top.has(c));
    CHECK(low.has(c));
  }
}

TEST_CASE("an interrupted run goes on where it stopped") {
  TempFolder folder;
  const CaseSet set = case_set(4, 2);
  std::set<std::string> first;
  {
    FakeSystem system;
    system.fake.stop_after = 5;
    AnswerCache cache(folder.path() / "o", manifest());
    ask_missing(system, {{&top_row, &cache}}, set.cases, [] {});
    request_stop(false);
    first = system.fake.asked_ids();
  }  // not closed: as if the process had ended
  std::ofstream(folder.path() / "o" / "part-00000.jsonl", std::ios::app) << "{\"case\": \"torn";
  FakeSystem system;
  AnswerCache cache(folder.path() / "o", manifest());
  ask_missing(system, {{&top_row, &cache}}, set.cases, [] {});
  CHECK(system.fake.asked.size() == 11);
  for (const auto& r : system.fake.asked) CHECK(first.count(r.id) == 0);
  cache.close(true);
  CHECK(data::read_manifest(folder.path() / "o").counts.at("stop") == 16);
}

TEST_CASE("a complete cache asks nothing") {
  TempFolder folder;
  const CaseSet set = case_set(4, 1);
  FakeSystem first, second;
  first.fake.answer = [](const lm::Request&) { return "An answer"; };
  {
    AnswerCache cache(folder.path() / "o", manifest());
    ask_missing(first, {{&top_row, &cache}}, set.cases, [] {});
    cache.close(true);
  }
  AnswerCache cache(folder.path() / "o", manifest());
  ask_missing(second, {{&top_row, &cache}}, set.cases, [] {});
  CHECK(second.fake.asked.empty());
  CHECK(cache.at(set.cases[0]).text == "An answer");
}

TEST_CASE("answers of another model or another setting are not mixed in") {
  TempFolder folder;
  const CaseSet set = case_set(4, 1);
  {
    FakeSystem system;
    AnswerCache cache(folder.path() / "o", manifest());
    ask_missing(system, {{&top_row, &cache}}, set.cases, [] {});
    cache.close(false);
  }
  CHECK_THROWS_AS(AnswerCache(folder.path() / "o", manifest("another")), Error);
  Row warmer = row("student-top", RowKind::student);
  warmer.sampling.temperature = 0.9;
  const auto other = answers_manifest(warmer, {"a", {{"task image", "b"}}, 1, "udrl-eval"});
  CHECK_THROWS_AS(AnswerCache(folder.path() / "o", other), Error);
}

TEST_CASE("the drafts of a case are asked together, and all again where one is missing") {
  TempFolder folder;
  const CaseSet set = case_set(4, 1);
  Row best = row("student-best-of-3", RowKind::student);
  best.best_of = 3;
  best.rank_by = inference::RankBy::critic;
  const std::vector<Row> drafts = asked_rows(best);
  const auto ask = [&](FakeSystem& system) {
    std::vector<std::unique_ptr<AnswerCache>> caches;
    std::vector<AskedRow> asked;
    for (const Row& draft : drafts) {
      caches.push_back(std::make_unique<AnswerCache>(folder.path() / draft.name, manifest()));
      asked.push_back({&draft, caches.back().get()});
    }
    int added = 0;
    ask_missing(system, asked, set.cases, [&] { ++added; });
    return added;
  };
  FakeSystem first, second, third;
  first.fake.stop_after = 4;  // one case, and one draft of the next
  CHECK(ask(first) == 4);
  request_stop(false);
  for (std::size_t i = 0; i < 3; ++i) CHECK(first.fake.asked[i].id == drafts[i].name + "/" + set.cases[0].id);
  CHECK(ask(second) == static_cast<int>(3 * set.cases.size()) - 4);
  CHECK(second.fake.asked.size() == 3 * (set.cases.size() - 1));
  CHECK(ask(third) == 0);
  CHECK(third.fake.asked.empty());
}

TEST_CASE("a request that an endpoint failed is no answer, and is asked again") {
  TempFolder folder;
  const CaseSet set = case_set(4, 2);
  const Row model = row("teacher-greedy", RowKind::model);
  const auto fail = [&](const lm::Request& r, lm::Completion& c) {
    if (r.id.ends_with(set.cases[2].id)) c.finish = lm::Finish::error, c.cause = "status 500", c.text = "out of memory";
    if (r.id.ends_with(set.cases[5].id)) c.finish = lm::Finish::filtered;
  };
  {
    FakeSystem system;
    system.fake.change = fail;
    AnswerCache cache(folder.path() / "o", manifest());
    int answered = 0;
    ask_missing(system, {{&model, &cache}}, set.cases, [&] { ++answered; });
    CHECK(answered == 14);
    CHECK(cache.failed_cases() == std::set<std::string>{set.cases[2].id, set.cases[5].id});
    REQUIRE(cache.failures().size() == 2);
    CHECK(cache.failures()[1].cause == "status 500");
    CHECK(to_text(cache.failures()[1]).find("out of memory") != std::string::npos);
    cache.close(false);
  }
  CHECK(data::read_manifest(folder.path() / "o").counts.at("failed: status 500") == 1);
  FakeSystem system;
  AnswerCache cache(folder.path() / "o", manifest());
  ask_missing(system, {{&model, &cache}}, set.cases, [] {});
  CHECK(system.fake.asked.size() == 2);
  CHECK(cache.failures().empty());
  for (const Case& c : set.cases) CHECK(cache.at(c).finish == "stop");
}

TEST_CASE("a student's answers depend on its commands, and on its ideas where it has some") {
  TempFolder folder;
  System system;
  system.is_student = true;
  system.model.gguf = folder.path() / "student.gguf";
  std::ofstream(folder.path() / "commands.json") << "{}";
  CHECK(student_inputs(system).size() == 1);
  std::ofstream(folder.path() / "ideas.safetensors") << "words";
  const auto inputs = student_inputs(system);
  REQUIRE(inputs.size() == 2);
  CHECK(inputs.at("ideas") != inputs.at("commands.json"));
}

TEST_CASE("what a critic makes of an answer is kept with it, and read back") {
  const Case c = case_set(1, 1).cases.front();
  const SystemAnswer answer{"An answer", "stop", 3, 12, 4, 0.123456789012345678};
  const SystemAnswer back = answer_from_json(to_json(answer, c));
  CHECK(back.worth == answer.worth);
  CHECK(back.asked_words == answer.asked_words);
  CHECK_FALSE(to_json(SystemAnswer{"An answer", "stop", 3, {}, {}}, c).contains("worth"));
  CHECK_FALSE(answer_from_json({{"answer", "x"}, {"finish", "stop"}, {"tokens", 1}}).worth);
  CHECK_THROWS_AS(answer_from_json({{"answer", "x"}, {"finish", "stop"}, {"tokens", 1}, {"worth", "much"}}), Error);
}

TEST_CASE("only the answers of which the critic chooses are read by it") {
  TempFolder folder;
  const CaseSet set = case_set(2, 1);
  FakeSystem system;
  system.fake.change = [](const lm::Request&, lm::Completion& done) { done.read.log_prob = -2.5; };
  Row drawn = row("student-best", RowKind::student);
  drawn.rank_by = inference::RankBy::critic;
  AnswerCache plain(folder.path() / "plain", manifest()), ranked(folder.path() / "ranked", manifest());
  ask_missing(system, {{&top_row, &plain}, {&drawn, &ranked}}, set.cases, [] {});
  CHECK_FALSE(plain.at(set.cases[0]).worth);
  CHECK(ranked.at(set.cases[0]).worth == -2.5);
}

TEST_CASE("answers that another critic read, or none, are not those of this one; other rows do not mind it") {
  TempFolder folder;
  System system;
  system.is_student = true;
  system.model.gguf = folder.path() / "student.gguf";
  const AnswerIdentity identity{"a", {{"task image", "b"}}, 1, "udrl-eval"};
  Row drawn = row("student-best", RowKind::student);
  CHECK(with_critic(identity, system, drawn).inputs == identity.inputs);
  CHECK(folder_name(drawn, with_critic(identity, system, drawn)) == "student-best");
  drawn.rank_by = inference::RankBy::both;
  const auto name = [&](const std::string& critic) {
    std::ofstream(folder.path() / student::files::critic) << critic;
    const AnswerIdentity own = with_critic(identity, system, drawn);
    CHECK(answers_manifest(drawn, own).inputs.count(student::files::critic) == 1);
    return folder_name(drawn, own);
  };
  const std::string first = name("one");
  CHECK(first.starts_with("student-best+critic-"));
  CHECK(name("another") != first);
  CHECK(name("one") == first);
}

TEST_CASE("a malformed answer is refused") {
  CHECK_THROWS_AS(answer_from_json({{"answer", 3}, {"finish", "stop"}, {"tokens", 1}}), Error);
  CHECK_THROWS_AS(answer_from_json({{"answer", "x"}, {"finish", "stop"}}), Error);
}
