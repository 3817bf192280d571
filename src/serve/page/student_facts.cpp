// From what was fitted, and the certificate.
#include "student_facts.hpp"

#include <algorithm>
#include <utility>

namespace udrl::serve {
namespace {

using data::OrderedJson;

/// [{"asked": 8, "got": 8.3}, …], as measured; null where it was not.
OrderedJson words_curve(const inference::StudentModel& student, const std::string& task) {
  const auto& certificate = student.certificate();
  const auto* curve = certificate ? certificate->curve("words", "words", task) : nullptr;
  if (curve == nullptr) return nullptr;
  OrderedJson points = OrderedJson::array();
  for (const auto& point : curve->points) points.push_back({{"asked", point.asked}, {"got", point.got.value}});
  return points;
}

/// The lengths that the data supports for some return; 0, 0 where it supports none.
std::pair<int, int> supported_words(const command::Fitted& fitted, int task) {
  int least = 0, most = 0;
  for (int words = 1; words <= command::max_words; ++words) {
    command::Command any = fitted.command(task, words, "any");
    if (!fitted.supports(any)) continue;
    if (least == 0) least = words;
    most = words;
  }
  return {least, most};
}

/// As many as the best answers were measured with (docs/log.md, "a critic that has read more"), for all tasks at once.
int drafts_of_each(std::size_t tasks, const Choosing& choosing) {
  constexpr int measured = 32;
  const int drafts = std::min(measured, choosing.most_answers / std::max(1, static_cast<int>(tasks)));
  return choosing.has_critic && drafts > 1 ? drafts : 0;
}

}  // namespace

std::string top_of_all(const command::Fitted& fitted) {
  std::string returns = "top";
  for (const command::AuxiliaryReturn& one : fitted.auxiliary) returns += "+" + one.name + "=top";
  return returns;
}

OrderedJson student_facts(const inference::StudentModel& student, const std::string& name,
                          const std::string& default_task, const Choosing& choosing) {
  const command::Fitted& fitted = student.fitted();
  OrderedJson tasks = OrderedJson::array();
  for (int i = 0; i < static_cast<int>(fitted.tasks.size()); ++i) {
    if (!fitted.supports_any(i)) continue;
    const auto [least, most] = supported_words(fitted, i);
    tasks.push_back({{"name", fitted.tasks[static_cast<std::size_t>(i)].name},
                     {"words", {{"usual", fitted.default_words(i)}, {"least", least}, {"most", most}}},
                     {"returns", {{"lowest", fitted.lowest_return(i)}, {"top", fitted.top_return(i)}}},
                     {"curve", words_curve(student, fitted.tasks[static_cast<std::size_t>(i)].name)}});
  }
  return {{"name", name},
          {"parameters", student.info().parameters},
          {"default_task", default_task},
          {"ranks", choosing.ranks},
          {"mentions", fitted.mentions},
          {"proposes", student.ideas().has_value()},
          {"best_of", drafts_of_each(tasks.size(), choosing)},
          {"top", top_of_all(fitted)},
          {"tasks", std::move(tasks)}};
}

}  // namespace udrl::serve
