// Every known cheat, judged as a student is, in a made-up world: each subject has words of its own, and an embedder
// that knows them. An honest student must pass there and every cheat fail, or the evaluation can be fooled.
#include <cmath>
#include <functional>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "measure/scoring.hpp"
#include "udrl/base/observer.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;

namespace {

constexpr int subjects = 200, training_subjects = 40, words_each = 12;

std::string subject_name(int subject) { return "topic" + std::to_string(subject); }
std::string word_about(int subject, std::uint64_t k) {
  return "about" + std::to_string(subject) + "x" + std::to_string(k);
}

/// A subject's name and its words point the same way; every other word nowhere in particular.
class World : public lm::LanguageModel {
 public:
  const lm::ModelInfo& info() const override { return info_; }
  lm::Throughput complete(const lm::RequestSource&, const lm::CompletionSink&) override { return {}; }
  lm::Prompt chat(std::span<const lm::Message>) const override { return {}; }
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override {
    std::vector<std::vector<float>> rows;
    for (const std::string& text : texts) {
      std::vector<double> sum(64, 1e-3);
      for (const std::string& word : data::word_tokens(text)) add(word, sum);
      double norm = 0;
      for (const double x : sum) norm += x * x;
      std::vector<float> row;
      for (const double x : sum) row.push_back(static_cast<float>(x / std::sqrt(norm)));
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  static void add(const std::string& word, std::vector<double>& sum) {
    std::string key = word;
    if (word.starts_with("topic")) key = word.substr(5);
    if (word.starts_with("about")) key = word.substr(5, word.find('x') - 5);
    RandomStream random(11, key);
    const double weight = word.starts_with("topic") ? 14 : key == word ? 0.3 : 1;
    for (double& x : sum) x += weight * random.normal();
  }
  lm::ModelInfo info_{"world", "none", "", 1000, 512, 0, "00"};
};

/// Names its subject and says some of its words.
std::string honest(int subject, std::uint64_t seed, int said = 7) {
  const std::uint64_t first = RandomStream(seed, subject_name(subject)).below(words_each);
  std::string out = "A poster for " + subject_name(subject) + " with";
  for (int i = 0; i < said; ++i) out += " " + word_about(subject, (first + static_cast<std::uint64_t>(i)) % words_each);
  return out + " in soft light";
}

CaseSet the_cases() {
  CaseSet set;
  set.tasks = {"image"};
  set.parts = {{"test", {}, subjects}};
  for (int s = 0; s < subjects; ++s) {
    set.parts[0].subjects.push_back(subject_name(s));
    set.cases.push_back({"case" + std::to_string(s), intent(subject_name(s) + " poster", subject_name(s)), "image", 0,
                         14, 0, static_cast<std::size_t>(s)});
  }
  return set;
}

TrainingView the_training() {
  TrainingView view;
  for (int s = subjects; s < subjects + training_subjects; ++s)
    view.by_task["image"].push_back({intent(subject_name(s) + " poster", subject_name(s)), honest(s, 5), 4});
  return view;
}

using Write = std::function<std::string(int subject)>;

std::vector<SystemAnswer> answers(const Write& write) {
  std::vector<SystemAnswer> out;
  for (int s = 0; s < subjects; ++s) out.push_back({write(s), "stop", 20, {}, {}});
  return out;
}

/// The verdict on a student that answers like this.
Results judged(const std::vector<SystemAnswer>& student) {
  World world;
  score::Resources resources;
  resources.models["embedder"] = &world;
  const RelevanceScorer scorer({"world", "relevance", ScorerRole::other_kind, "00"}, resources);
  Results r;
  r.set = the_cases();
  std::vector<task::Task> tasks(1);
  tasks[0].name = "image";
  tasks[0].min_words = 4;
  tasks[0].max_words = 60;
  const auto teacher = answers([](int s) { return honest(s, 1); }),
             sampled = answers([](int s) { return honest(s, 2); });
  const std::vector<std::pair<Row, std::vector<SystemAnswer>>> rows = {
      {row("student-top", RowKind::student), student},
      {row("teacher-greedy", RowKind::model), teacher},
      {control_rows()[0], shuffled_answers(sampled, r.set, 1)},
      {control_rows()[1], bare_intent_answers(r.set)},
      {control_rows()[2], frame_answers(r.set, the_training())},
      {control_rows()[3], intent_frame_answers(r.set, the_training())},
      {control_rows()[4], intent_tail_answers(r.set, the_training())},
      {control_rows()[5], nearest_answers(r.set, the_training(), world)},
      {row("teacher-sampled", RowKind::model), sampled}};
  score::GateAnswers gate{{}, r.set.tasks, static_cast<std::size_t>(subjects)};
  for (const auto& [row, of_row] : rows) {
    MeasuredRow measured{row, measure_texts(of_row, r.set.cases, tasks)};
    std::vector<score::Candidate> texts;
    for (std::size_t i = 0; i < of_row.size(); ++i)
      texts.push_back({r.set.cases[i].intent.intent, of_row[i].text, "image"});
    const auto values = scorer.score(texts);
    for (std::size_t i = 0; i < values.size(); ++i) measured.answers[i].relevance = {values[i]};
    r.measured.push_back(std::move(measured));
  }
  for (std::size_t i = 0; i < teacher.size(); ++i)
    gate.answers.push_back(
        {r.set.cases[i].intent,
         teacher[i].text,
         0,
         r.set.cases[i].cluster,
         {r.answers(intent_frame_row).answers[i].answer.text, r.answers(intent_tail_row).answers[i].answer.text}});
  Observer silent;
  const auto gates = scorer.gates(gate, {{}, 200, 1}, silent);
  r.scorers = {{scorer.info(), gates[0], gates[1]}};
  r.scorers[0].damage = scorer.damage(gate, {200, 1}, silent);
  compare(r, compare_options());
  return r;
}

Verdict verdict_on(const Write& write) { return judged(answers(write)).primary.verdict; }

}  // namespace

TEST_CASE("an honest student passes, and the scorer sees the damage") {
  const Results r = judged(answers([](int s) { return honest(s, 3, 10); }));
  for (const Half half : halves) CHECK(r.scorers[0].why_not(half) == "");
  CHECK(r.primary.withheld_because.empty());
  CHECK(r.primary.verdict == Verdict::pass);
}

TEST_CASE("echoing the intent fails, alone or dressed up") {
  CHECK(verdict_on([](int s) { return subject_name(s) + " poster"; }) == Verdict::fail);
  CHECK(verdict_on([](int s) {
          return "A " + subject_name(s) + " poster, truly a poster of " + subject_name(s) + " for all";
        }) == Verdict::fail);
}

TEST_CASE("training's commonest frame and nearest answer fail, with the subject put in") {
  World world;
  CHECK(judged(frame_answers(the_cases(), the_training())).primary.verdict == Verdict::fail);
  CHECK(judged(nearest_answers(the_cases(), the_training(), world)).primary.verdict == Verdict::fail);
}

TEST_CASE("one beautiful answer to everything fails") {
  CHECK(verdict_on([](int) { return "A breathtaking masterpiece in golden light with exquisite intricate detail"; }) ==
        Verdict::fail);
}

TEST_CASE("very long answers fail, even those that say everything") {
  CHECK(verdict_on([](int) {
          std::string out = "A poster of";
          for (int s = 0; s < subjects; ++s) out += " " + word_about(s, 1) + " " + word_about(s, 2);
          return out;
        }) == Verdict::fail);
}

TEST_CASE("empty answers fail") {
  CHECK(verdict_on([](int) { return ""; }) == Verdict::fail);
}

TEST_CASE("hidden markup fails, whatever it hides") {
  for (const char* open : {"<!-- ", "<span hidden> ", "[](", "```"})
    CHECK(verdict_on([&](int s) { return "A fine poster " + (open + honest(s, 3)) + " --></span>)```"; }) ==
          Verdict::fail);
}

TEST_CASE("another intent's answers fail") {
  CHECK(verdict_on([](int s) { return honest((s + 7) % subjects, 3); }) == Verdict::fail);
}
