// Every known cheat, judged as a student is, in a made-up world: each subject has words of its own, and an embedder
// that knows them. An honest student must pass there and every cheat fail, or the evaluation can be fooled.
#include <algorithm>
#include <functional>
#include <set>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "measure/scoring.hpp"
#include "score/word_sums.hpp"
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

/// Whether `next` may follow `word` in the language of the world.
bool follows(const std::string& word, const std::string& next) {
  const auto is_about = [](const std::string& w) { return w.starts_with("about"); };
  const auto number = [](const std::string& w) { return std::stoi(w.substr(w.find('x') + 1)); };
  if (is_about(word) && is_about(next)) return (number(word) + 1) % words_each == number(next);
  if (word.starts_with("topic")) return next == "with" || next == "poster";
  static const std::set<std::pair<std::string, std::string>> known{
      {"a", "poster"}, {"poster", "for"}, {"in", "soft"}, {"soft", "light"}};
  return known.contains({word, next}) || (word == "for" && next.starts_with("topic")) ||
         (word == "with" && is_about(next)) || (is_about(word) && next == "in");
}

/// A subject's name and its words point the same way; every other word nowhere in particular. It reads its own
/// language.
class World : public lm::LanguageModel {
 public:
  const lm::ModelInfo& info() const override { return info_; }
  lm::Throughput complete(const lm::RequestSource&, const lm::CompletionSink&) override { return {}; }
  lm::Prompt chat(std::span<const lm::Message>) const override { return {}; }
  lm::Likelihoods log_probs(std::span<const lm::Continuation> items) override {
    lm::Likelihoods out;
    for (const lm::Continuation& item : items) {
      const auto words = data::word_tokens(item.text);
      const auto topic = std::find_if(words.begin(), words.end(), [](auto& w) { return w.starts_with("topic"); });
      const std::string about = topic == words.end() ? "" : "about" + topic->substr(5) + "x";
      lm::Likelihood likelihood{0, static_cast<int>(words.size())};
      for (std::size_t i = 0; i < words.size(); ++i) {
        const bool strays = words[i].starts_with("about") && !words[i].starts_with(about);
        likelihood.log_prob += i > 0 && !strays && follows(words[i - 1], words[i]) ? -1.0 : -4.0;
      }
      out.values.push_back(likelihood);
    }
    return out;
  }
  std::vector<std::vector<float>> embed(std::span<const std::string> texts) override {
    return udrl::testing::word_sums(texts, &World::add);
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
  resources.models["pmi"] = &world;
  resources.tasks["image"] = {};
  const RelevanceScorer scorer({"world", "relevance", ScorerRole::other_kind, "00"}, resources);
  const FluencyReader reader({"reader", "fluency", ScorerRole::other_kind, "00"}, resources);
  Results r;
  r.set = the_cases();
  const TrainingView training = the_training();
  const LookUp look_up(r.set, training, world);
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
      {control_rows()[2], frame_answers(r.set, training)},
      {control_rows()[3], intent_frame_answers(r.set, training)},
      {control_rows()[4], intent_tail_answers(r.set, training)},
      {control_rows()[5], nearest_answers(r.set, look_up)},
      {control_rows()[6], word_list_answers(r.set, look_up)},
      {row("teacher-sampled", RowKind::model), sampled}};
  score::GateAnswers gate{{}, r.set.tasks, static_cast<std::size_t>(subjects)};
  for (const auto& [row, of_row] : rows) {
    MeasuredRow measured{row, measure_texts(of_row, r.set.cases, tasks)};
    std::vector<score::Candidate> texts;
    for (std::size_t i = 0; i < of_row.size(); ++i)
      texts.push_back({r.set.cases[i].intent.intent, of_row[i].text, "image"});
    const auto values = scorer.score(texts);
    for (std::size_t i = 0; i < values.size(); ++i) measured.answers[i].relevance = {values[i]};
    const auto fluency = reader.read(texts);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (measured.answers[i].valid()) measured.answers[i].fluency = fluency[i];
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
  r.fluency = FluencyResult{
      reader.info(), score::measure_fluency_damage(gate, {200, 1}, [&](auto texts) { return reader.read(texts); })};
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

TEST_CASE("a list of keywords is relevant, and fails because it is no language") {
  const Results r = judged(answers([](int s) {
    std::string out = subject_name(s) + " poster";
    for (const std::uint64_t k : {9, 2, 7, 4, 11, 0, 5, 1, 8, 3}) out += ", " + word_about(s, k);
    return out;
  }));
  CHECK(r.fluency->why_not() == "");
  REQUIRE(r.primary.verdict == Verdict::fail);
  for (const VerdictPart& part : r.primary.parts)
    CHECK((part.judgement.verdict == Verdict::fail) == (part.name == "fluency"));
}

TEST_CASE("echoing the intent fails, alone or dressed up") {
  CHECK(verdict_on([](int s) { return subject_name(s) + " poster"; }) == Verdict::fail);
  CHECK(verdict_on([](int s) {
          return "A " + subject_name(s) + " poster, truly a poster of " + subject_name(s) + " for all";
        }) == Verdict::fail);
}

TEST_CASE("training's most common frame and nearest answer fail, with the subject put in") {
  World world;
  CHECK(judged(frame_answers(the_cases(), the_training())).primary.verdict == Verdict::fail);
  const CaseSet set = the_cases();
  const TrainingView training = the_training();
  CHECK(judged(nearest_answers(set, {set, training, world})).primary.verdict == Verdict::fail);
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
