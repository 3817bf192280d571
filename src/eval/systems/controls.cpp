// Making the controls' answers.
#include "controls.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "udrl/score/embeddings.hpp"
#include "udrl/score/rewrite.hpp"

namespace udrl::eval {
namespace {

SystemAnswer answer_of(std::string text) { return {std::move(text), "stop", 0, {}, {}}; }

/// The distinct intents of a task's sample, each with its best answer.
struct Nearby {
  std::vector<std::string> intents;
  std::vector<const TrainingText*> best;
};
Nearby best_by_intent(const std::vector<TrainingText>& texts) {
  Nearby out;
  std::unordered_map<std::string, std::size_t> numbers;
  for (const TrainingText& text : texts) {
    const auto [found, is_new] = numbers.emplace(text.intent.intent, out.intents.size());
    if (is_new) {
      out.intents.push_back(text.intent.intent);
      out.best.push_back(&text);
    } else if (text.return_bin > out.best[found->second]->return_bin) {
      out.best[found->second] = &text;
    }
  }
  return out;
}

std::size_t nearest_to(const std::vector<float>& row, const std::vector<std::vector<float>>& others) {
  std::size_t best = 0;
  double most = -2;
  for (std::size_t i = 0; i < others.size(); ++i) {
    const double cosine = score::cosine(row, others[i]);
    if (cosine <= most) continue;
    most = cosine;
    best = i;
  }
  return best;
}

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
      control_row(shuffled_row, "shuffled: the teacher’s answers to other intents (the floor)", "shuffled (floor)"),
      control_row(bare_intent_row, "the bare intent, repeated", "bare intent"),
      control_row(frame_row, "the commonest training frame, with the subject put in", "commonest frame"),
      control_row(intent_frame_row, "the commonest training frame, with the whole intent put in", "intent in frame"),
      control_row(intent_tail_row, "the whole intent with training’s commonest tail", "intent with tail"),
      control_row(nearest_row, "the nearest training intent’s best answer, made over", "nearest, made over")};
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

std::vector<SystemAnswer> nearest_answers(const CaseSet& set, const TrainingView& training,
                                          lm::LanguageModel& embedder) {
  std::vector<SystemAnswer> out(set.cases.size());
  for (const std::string& task : set.tasks) {
    const Nearby nearby = best_by_intent(training.by_task.at(task));
    std::vector<std::size_t> positions;
    std::vector<std::string> asked;
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
      if (set.cases[i].task != task) continue;
      positions.push_back(i);
      asked.push_back(set.cases[i].intent.intent);
    }
    const auto others = embedder.embed(nearby.intents);
    const auto rows = embedder.embed(asked);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const TrainingText& text = *nearby.best[nearest_to(rows[k], others)];
      const std::string& intent = set.cases[positions[k]].intent.intent;
      out[positions[k]] = answer_of(score::made_over(text.answer, text.intent.intent, intent));
    }
  }
  return out;
}

}  // namespace udrl::eval
