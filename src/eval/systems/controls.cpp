// Making the controls' answers.
#include "controls.hpp"

#include <algorithm>
#include <map>

#include "udrl/score/rewrite.hpp"

namespace udrl::eval {
namespace {

constexpr std::size_t listed_words = 5;

SystemAnswer answer_of(std::string text) { return {std::move(text), "stop", 0, {}, {}}; }

Row control_row(const char* name, const std::string& title, const std::string& short_title) {
  Row row;
  row.name = name;
  row.title = title;
  row.short_title = short_title;
  return row;
}

/// `make(forms, case)` for every case, with its task's forms.
template <class Make>
std::vector<SystemAnswer> in_common_form(const CaseSet& set, const TrainingView& training, Make make) {
  std::map<std::string, score::CommonForms> forms;
  for (const std::string& task : set.tasks) {
    std::vector<score::Answered> answers;
    for (const TrainingText& text : training.by_task.at(task)) answers.push_back({text.intent, text.answer});
    forms.emplace(task, answers);
  }
  std::vector<SystemAnswer> out;
  for (const Case& c : set.cases) out.push_back(answer_of(make(forms.at(c.task), c)));
  return out;
}

}  // namespace

std::vector<Row> control_rows() {
  return {
      control_row(shuffled_row, "shuffled: the teacher’s answers to other intents (the zero)", "shuffled (zero)"),
      control_row(bare_intent_row, "the bare intent, repeated", "bare intent"),
      control_row(frame_row, "the most common training frame, with the subject put in", "most common frame"),
      control_row(intent_frame_row, "the most common training frame, with the whole intent put in", "intent in frame"),
      control_row(intent_tail_row, "the whole intent with training’s most common tail", "intent with tail"),
      control_row(nearest_row, "the nearest training intent’s best answer, with its subject replaced",
                  "nearest neighbour"),
      control_row(word_list_row, "the intent and a list of keywords that fit it", "keyword list")};
}

std::vector<SystemAnswer> shuffled_answers(const std::vector<SystemAnswer>& answers, const CaseSet& set,
                                           std::uint64_t seed) {
  std::vector<SystemAnswer> out;
  for (const std::size_t i : derangement(set, seed)) out.push_back(answers[i]);
  return out;
}

std::vector<SystemAnswer> bare_intent_answers(const CaseSet& set) {
  std::vector<SystemAnswer> out;
  for (const Case& c : set.cases) out.push_back(answer_of(c.intent.intent));
  return out;
}

std::vector<SystemAnswer> frame_answers(const CaseSet& set, const TrainingView& training) {
  return in_common_form(set, training, [](const score::CommonForms& forms, const Case& c) {
    return forms.framed(data::subject_of(c.intent));
  });
}

std::vector<SystemAnswer> intent_frame_answers(const CaseSet& set, const TrainingView& training) {
  return in_common_form(set, training,
                        [](const score::CommonForms& forms, const Case& c) { return forms.framed(c.intent.intent); });
}

std::vector<SystemAnswer> intent_tail_answers(const CaseSet& set, const TrainingView& training) {
  return in_common_form(
      set, training, [](const score::CommonForms& forms, const Case& c) { return forms.with_tail(c.intent.intent); });
}

std::vector<SystemAnswer> nearest_answers(const CaseSet& set, const LookUp& look_up) {
  std::vector<SystemAnswer> out;
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    const TrainingText& text = look_up.nearest(i);
    out.push_back(answer_of(score::made_over(text.answer, text.intent.intent, set.cases[i].intent.intent)));
  }
  return out;
}

std::vector<SystemAnswer> word_list_answers(const CaseSet& set, const LookUp& look_up) {
  std::vector<SystemAnswer> out;
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    std::string text = set.cases[i].intent.intent;
    for (const std::string& word : look_up.words_for(i, listed_words)) text += ", " + word;
    out.push_back(answer_of(std::move(text)));
  }
  return out;
}

}  // namespace udrl::eval
