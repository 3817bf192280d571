// Small made-up evaluations for the tests of this room. The figures are invented: they stand for nothing.
#pragma once

#include <string>

#include "base/files/temp_folder.hpp"
#include "stats/compare.hpp"
#include "systems/controls.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::eval::testing {

using test::TempFolder;

inline data::Intent intent(const std::string& text, const std::string& subject) {
  data::Intent i;
  i.intent = text;
  i.intent_id = text;
  i.subject = subject;
  return i;
}

inline data::Record record(const data::Intent& intent, const std::string& task, const std::string& answer) {
  data::Record r;
  r.intent = intent;
  r.task = task;
  r.answer = answer;
  r.id = content_id({intent.intent, task, answer});
  return r;
}

inline void write_split(const std::filesystem::path& folder, const std::vector<data::Record>& records) {
  data::ShardWriter writer(folder);
  for (const auto& record : records) writer.append(data::to_json(record));
  writer.close();
}

/// One intent for one task.
inline CaseSet one_case(const std::string& text, const std::string& subject) {
  CaseSet set;
  set.tasks = {"image"};
  set.parts = {{"test", {subject}, 1}};
  set.cases = {{"id", intent(text, subject), "image", 0, 10, 0, 0}};
  return set;
}

/// `per_subject` intents about each subject, two tasks.
inline CaseSet case_set(std::size_t subjects, std::size_t per_subject) {
  CaseSet set;
  set.tasks = {"image", "template"};
  set.parts = {{"test", {}, 0}};
  Part& part = set.parts.front();
  for (std::size_t s = 0; s < subjects; ++s) {
    part.subjects.push_back("subject " + std::to_string(s));
    for (std::size_t k = 0; k < per_subject; ++k) {
      ++part.intents;
      for (std::size_t t = 0; t < 2; ++t) {
        Case c;
        c.intent = intent("intent " + std::to_string(s) + "." + std::to_string(k), part.subjects.back());
        c.id = c.intent.intent + "/" + set.tasks[t];
        c.task = set.tasks[t];
        c.task_index = t;
        c.cluster = s;
        c.asked_words = 10 + static_cast<int>((s * 7 + k * 3 + t) % 20);
        set.cases.push_back(c);
      }
    }
  }
  return set;
}

inline Row row(const std::string& name, RowKind kind) {
  Row r;
  r.name = r.title = r.short_title = name;
  r.kind = kind;
  if (kind != RowKind::control) r.system = name.substr(0, name.rfind('-'));
  if (kind == RowKind::student) r.asked_return = name.substr(name.rfind('-') + 1);
  return r;
}

/// Of a scorer that knows true from shuffled intents this well.
inline score::Gate gate(double auc, double swapped) {
  score::Gate g;
  g.answers = 100;
  g.shuffled = {auc, auc - 0.01, auc + 0.01, auc - 0.01, auc + 0.01};
  g.swapped["subject"] = {swapped, swapped - 0.01, swapped + 0.01, swapped - 0.01, swapped + 0.01};
  return g;
}

/// Of a scorer whose halves each see their own damage, in both tasks of `case_set`.
inline score::Damage seen_damage() {
  score::Damage damage{"relevance", "", {}};
  for (const std::string task : {"image", "template"}) {
    score::TaskDamage& of_task = damage.tasks.emplace_back();
    of_task.task = task;
    of_task.answers = of_task.with_subject = 90;
    const auto left = [](double x) { return Estimate{x, x - 0.02, x + 0.02, x - 0.02, x + 0.02}; };
    for (std::size_t s = 0; s < score::damage_shares.size(); ++s) {
      of_task.words[s][score::Half::fidelity] = left(0.95);
      of_task.words[s][score::Half::elaboration] = left(1 - 0.95 * score::damage_shares[s]);
      of_task.steps[s] = left(0.1);
    }
    of_task.subject[score::Half::fidelity] = left(0.2);
    of_task.subject[score::Half::elaboration] = left(0.9);
  }
  return damage;
}

/// Of a reader that sees a task's answers lose their language; with `why_not` its word does not count there.
inline score::FluencyDamage seen_fluency(const std::string& task, const std::string& why_not = "") {
  const auto surely = [](double x) { return Estimate{x, x - 0.02, x + 0.02, x - 0.02, x + 0.02}; };
  score::FluencyDamage damage;
  damage.task = task;
  damage.answers = 90;
  damage.undamaged = 3;
  for (std::size_t s = 0; s < score::shuffled_shares.size(); ++s) {
    damage.shuffled[s] = surely(1 - score::shuffled_shares[s]);
    damage.steps[s] = surely(0.7);
  }
  damage.exchanged = surely(0.6), damage.exchanging = surely(1.2);
  damage.why_not = why_not;
  return damage;
}

/// The scorer that made the labels, and one that made none.
inline std::vector<ScorerResult> scorers() {
  const auto one = [&](const std::string& name, ScorerRole role) {
    ScorerResult scorer{{name, "relevance", role, name}, gate(0.98, 0.95), gate(0.97, 0.9)};
    scorer.damage = seen_damage();
    return scorer;
  };
  return {one("label-scorer", ScorerRole::label), one("held-out-scorer", ScorerRole::other_kind)};
}

inline void set_masked(MeasuredRow& row, double value) {
  for (Measured& m : row.answers)
    for (Relevance& r : m.relevance) r.masked = value;
}

/// Of valid answers: about so many nats a token.
inline void set_fluency(MeasuredRow& row, double fluency) {
  RandomStream random(5, row.row.name);
  for (Measured& m : row.answers)
    if (m.valid()) m.fluency = fluency + 0.3 * random.normal();
}

inline void break_rule(MeasuredRow& row, const std::string& rule) {
  for (Measured& m : row.answers) m.broken_rule = rule;
}

/// Answers whose masked relevance is about `level` under both scorers.
inline MeasuredRow measured_row(const CaseSet& set, const Row& row, double level) {
  MeasuredRow out{row, {}};
  RandomStream random(3, row.name);
  for (const Case& c : set.cases) {
    Measured m;
    m.answer = {"a " + row.name + " answer to " + c.intent.intent, "stop", 12, {}, {}};
    if (row.kind == RowKind::student) m.answer.asked_words = c.asked_words;
    const double masked = level + 0.05 * random.normal();
    m.relevance = {{masked + 0.1, masked}, {masked + 0.1, masked}};
    m.words = c.asked_words + static_cast<int>(random.below(5)) - 2;
    m.copying = random.uniform();
    out.answers.push_back(m);
  }
  return out;
}

/// A comparison of students at two levels with a teacher at 0.60 over a zero at 0.15.
inline Results results(double top, double lowest, std::size_t subjects = 30) {
  Results r;
  r.set = case_set(subjects, 3);
  r.measured = {measured_row(r.set, row("student-top", RowKind::student), top),
                measured_row(r.set, row("student-lowest", RowKind::student), lowest),
                measured_row(r.set, row("teacher-greedy", RowKind::model), 0.60),
                measured_row(r.set, row("teacher-sampled", RowKind::model), 0.58),
                measured_row(r.set, row(shuffled_row, RowKind::control), 0.15),
                measured_row(r.set, row(bare_intent_row, RowKind::control), 0.15),
                measured_row(r.set, row(frame_row, RowKind::control), 0.25),
                measured_row(r.set, row(intent_frame_row, RowKind::control), 0.15),
                measured_row(r.set, row(intent_tail_row, RowKind::control), 0.10),
                measured_row(r.set, row(nearest_row, RowKind::control), 0.30)};
  for (std::size_t control = 1; control < 6; ++control) r.measured[4 + control].row = control_rows()[control];
  break_rule(r.measured[5], "too_short");
  for (Measured& m : r.measured[5].answers)
    for (Relevance& relevance : m.relevance) relevance.raw = 1;
  r.scorers = scorers();
  return r;
}

inline CompareOptions compare_options() { return {2000, 1, 0.95, 0.94, 12, "teacher-greedy", "teacher-sampled"}; }

}  // namespace udrl::eval::testing
