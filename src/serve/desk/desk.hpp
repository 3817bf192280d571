// Answers wanted by many threads, written by one: what comes while others are written joins them in the next step.
// Not for: what is asked (wishes.hpp).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "udrl/lm/language_model.hpp"

namespace udrl::serve {

struct Order {
  /// Its `written` is asked once before anything is written too, so that what nobody wants any more costs nothing. What
  /// `LanguageModel::check` refuses must not come here: it would end the desk.
  lm::Request request;
  /// Called once, by the thread that runs the desk; `Finish::error` where the server stops before.
  std::function<void(lm::Completion)> done;
};

enum class Taken { yes, too_many_wait, is_closed };

class Desk {
 public:
  /// `model` must outlive it.
  Desk(lm::LanguageModel& model, std::size_t most_waiting) : model_(model), most_waiting_(most_waiting) {}

  /// All of them, or none.
  Taken take(std::vector<Order> orders);
  /// Answers until a stop is requested (process.hpp), then closes. Throws what the model throws.
  void run();

  std::size_t waiting() const;
  std::size_t being_written() const;

 private:
  bool wait_for_orders();
  std::optional<Order> next_order();
  std::optional<lm::Request> next_request();
  void deliver(lm::Completion completion);
  void close();

  lm::LanguageModel& model_;
  const std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::deque<Order>> waiting_;  ///< those of one request together: each has its turn
  std::size_t number_waiting_ = 0;
  bool is_closed_ = false;
  std::uint64_t asked_ = 0;
  std::unordered_map<std::uint64_t, Order> under_way_;  ///< by mark
};

}  // namespace udrl::serve
