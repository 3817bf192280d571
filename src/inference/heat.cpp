// Judging beginnings.
#include "udrl/inference/heat.hpp"

#include <algorithm>
#include <utility>

#include "udrl/inference/student_model.hpp"

namespace udrl::inference {

Heat::Heat(Worth worth, int drafts, int wanted)
    : worth_(std::move(worth)),
      least_kept_(2 * static_cast<std::size_t>(wanted)),
      beginnings_(static_cast<std::size_t>(drafts)) {}

bool Heat::goes_on(std::size_t draft, const lm::Likelihood& read) {
  if (read.tokens == rung) beginnings_[draft] = worth_(read);
  if (read.tokens != rung + 1 || !beginnings_[draft]) return true;
  const auto known = static_cast<std::size_t>(std::count_if(
      beginnings_.begin(), beginnings_.end(), [](const std::optional<double>& one) { return one.has_value(); }));
  const auto better = static_cast<std::size_t>(
      std::count_if(beginnings_.begin(), beginnings_.end(),
                    [own = *beginnings_[draft]](const std::optional<double>& one) { return one && *one > own; }));
  return better < std::max(least_kept_, (known + one_in - 1) / one_in);
}

std::shared_ptr<Heat> heat_of(const StudentModel& student, int drafts, int wanted) {
  if (!student.has_critic() || drafts < Heat::least_drafts) return nullptr;
  return std::make_shared<Heat>([&student](const lm::Likelihood& read) { return student.worth(read); }, drafts, wanted);
}

std::function<bool(const lm::Written&)> runs_in(std::shared_ptr<Heat> heat, std::size_t draft) {
  return [heat = std::move(heat), draft](const lm::Written& so_far) { return heat->goes_on(draft, so_far.read); };
}

}  // namespace udrl::inference
