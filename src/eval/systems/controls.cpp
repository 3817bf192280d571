// Making the controls' answers.
#include "controls.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <unordered_map>

#include "udrl/data/whole_words.hpp"
#include "udrl/score/embeddings.hpp"

namespace udrl::eval {
namespace {

const std::string placeholder = "\x01";  // no normalised text holds a control

SystemAnswer answer_of(std::string text) { return {std::move(text), "stop", 0, {}, {}}; }

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

bool stands_at(const std::string& text, std::size_t at, const std::string& words) {
  if (at + words.size() > text.size()) return false;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (lower(text[at + i]) != lower(words[i])) return false;
  return data::are_whole_words(text, at, at + words.size());
}

/// The commonest frame of a task's answers; the placeholder alone where there is none.
std::string commonest_frame(const std::vector<TrainingText>& texts) {
  std::unordered_map<std::string, int> counts;
  std::string best = placeholder;
  int most = 0;
  for (const TrainingText& text : texts) {
    std::string frame = with_subject(text.answer, text.intent.subject, placeholder);
    if (frame.find(placeholder) == std::string::npos) continue;
    ++counts[frame];
  }
  for (const TrainingText& text : texts) {  // in the order of the sample, so that the first of equals is taken
    const std::string frame = with_subject(text.answer, text.intent.subject, placeholder);
    const auto found = counts.find(frame);
    if (found == counts.end() || found->second <= most) continue;
    most = found->second;
    best = frame;
  }
  return best;
}

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

}  // namespace

std::vector<Row> control_rows() {
  return {control_row(shuffled_row, "shuffled: the teacher’s answers to other intents (the floor)", "shuffled (floor)"),
          control_row(bare_intent_row, "the bare intent, repeated", "bare intent"),
          control_row(frame_row, "the commonest training frame, with the subject put in", "commonest frame"),
          control_row(nearest_row, "the nearest training intent’s best answer, with the subject swapped",
                      "nearest, swapped")};
}

std::string with_subject(const std::string& text, const std::string& from, const std::string& to) {
  if (from.empty() || to.empty()) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!stands_at(text, at, from)) {
      out += text[at++];
      continue;
    }
    const bool capital = text[at] != lower(text[at]);
    out += capital ? upper(to.front()) : to.front();
    out += to.substr(1);
    at += from.size();
  }
  return out;
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
  std::map<std::string, std::string> frames;
  for (const std::string& task : set.tasks) frames[task] = commonest_frame(training.by_task.at(task));
  std::vector<SystemAnswer> out;
  for (const Case& c : set.cases)
    out.push_back(answer_of(with_subject(frames.at(c.task), placeholder, data::subject_of(c.intent))));
  return out;
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
      const data::Intent& intent = set.cases[positions[k]].intent;
      out[positions[k]] = answer_of(with_subject(text.answer, text.intent.subject, data::subject_of(intent)));
    }
  }
  return out;
}

}  // namespace udrl::eval
