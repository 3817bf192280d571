// Between what clients ask and the desk where answers are written. Not for: HTTP (http/routes.hpp).
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "desk.hpp"
#include "udrl/serve/serve.hpp"

namespace udrl::serve {

/// One ask, resolved and checked: its draws cannot be refused any more.
struct Prepared {
  inference::Ask ask;
  inference::Resolved resolved;
  std::vector<inference::Draw> draws;
  std::size_t prompt_tokens = 0;  ///< of one draw
};

/// Called with each answer that has ended.
using CountAnswer = std::function<void(const lm::Completion&)>;

class Service {
 public:
  Service(const Served& served, Desk& desk) : student_(served.student), ranker_(served.ranker), desk_(desk) {}

  /// Throws `Error` (user) for what the student cannot be asked.
  Prepared prepare(const inference::Ask& ask, const inference::Drawing& drawing) const;
  Taken order(std::vector<Order> orders) { return desk_.take(std::move(orders)); }

  /// Of one of the draws, as it is shown.
  inference::Answer answer(const Prepared& prepared, std::size_t draw, const lm::Completion& completion) const;
  std::string shown(const Prepared& prepared, std::string_view so_far) const;
  /// The best, as `inference::best_answers`.
  std::vector<std::size_t> best(std::span<const inference::Answer> answers, std::size_t wanted);

  /// Reads a full house of prompts once, so that the first client does not wait for a cache to be made.
  void warm_up(const std::string& task, int slots);

  const inference::StudentModel& student() const { return student_; }
  bool ranks() const { return ranker_ != nullptr || student_.has_critic(); }

 private:
  inference::Drawing settled(inference::Drawing drawing) const;
  inference::StudentModel& student_;
  const inference::Ranker* ranker_;
  Desk& desk_;
  std::mutex ranking_;  ///< one embedder for all
};

}  // namespace udrl::serve
