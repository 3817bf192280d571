// One thread runs the model; a lock guards what others bring.
#include "desk.hpp"

#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "udrl/base/process.hpp"

namespace udrl::serve {
namespace {

/// A signal wakes nobody: how long a stop may go unnoticed.
constexpr std::chrono::milliseconds stop_is_seen_within{50};

lm::Completion without_answer(const lm::Request& request, lm::Finish finish) {
  lm::Completion completion;
  completion.id = request.id;
  completion.finish = finish;
  if (finish == lm::Finish::error) completion.cause = "the server is stopping";
  return completion;
}

}  // namespace

Taken Desk::take(std::vector<Order> orders) {
  {
    const std::scoped_lock lock(mutex_);
    if (is_closed_) return Taken::is_closed;
    if (number_waiting_ + orders.size() > most_waiting_) return Taken::too_many_wait;
    if (orders.empty()) return Taken::yes;
    number_waiting_ += orders.size();
    waiting_.emplace_back(std::make_move_iterator(orders.begin()), std::make_move_iterator(orders.end()));
  }
  came_.notify_one();
  return Taken::yes;
}

void Desk::run() {
  try {
    while (wait_for_orders())
      model_.complete([this] { return next_request(); }, [this](lm::Completion done) { deliver(std::move(done)); });
  } catch (...) {
    close();
    throw;
  }
  close();
}

/// False on a stop.
bool Desk::wait_for_orders() {
  std::unique_lock lock(mutex_);
  while (waiting_.empty() && !stop_requested()) came_.wait_for(lock, stop_is_seen_within);
  return !stop_requested();
}

/// Of each request in turn, so that one of many answers does not hold up one of a single answer.
std::optional<Order> Desk::next_order() {
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  std::deque<Order> request = std::move(waiting_.front());
  waiting_.pop_front();
  Order order = std::move(request.front());
  request.pop_front();
  --number_waiting_;
  if (!request.empty()) waiting_.push_back(std::move(request));
  return order;
}

std::optional<lm::Request> Desk::next_request() {
  while (std::optional<Order> order = next_order()) {
    if (order->request.written && !order->request.written({})) {
      order->done(without_answer(order->request, lm::Finish::cancelled));
      continue;
    }
    lm::Request request = order->request;
    request.mark = asked_++;
    const std::scoped_lock lock(mutex_);
    under_way_.emplace(request.mark, std::move(*order));
    return request;
  }
  return std::nullopt;
}

void Desk::deliver(lm::Completion completion) {
  Order order;
  {
    const std::scoped_lock lock(mutex_);
    order = std::move(under_way_.extract(completion.mark).mapped());
  }
  order.done(std::move(completion));
}

void Desk::close() {
  std::vector<Order> left;
  {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    for (auto& request : waiting_) std::move(request.begin(), request.end(), std::back_inserter(left));
    waiting_.clear();
    number_waiting_ = 0;
    for (auto& [mark, order] : under_way_) left.push_back(std::move(order));
    under_way_.clear();
  }
  for (const Order& order : left) order.done(without_answer(order.request, lm::Finish::error));
}

std::size_t Desk::waiting() const {
  const std::scoped_lock lock(mutex_);
  return number_waiting_;
}

std::size_t Desk::being_written() const {
  const std::scoped_lock lock(mutex_);
  return under_way_.size();
}

}  // namespace udrl::serve
