// Work in threads whose results are used in the order of the input, with little of it in memory at a time.
// Not for: work of microseconds (hand over batches), or what must run on after the call.
#pragma once

#include <deque>
#include <future>
#include <optional>
#include <type_traits>
#include <utility>

#include "udrl/base/process.hpp"

namespace udrl {

/// Until `next()` gives nothing: `use(work(*next()))`. `next` and `use` are called on this thread, in order; `work` on
/// compute_threads() others at most, so it must not change what it shares. What any of them throws ends it all.
template <class Next, class Work, class Use>
void in_order(Next next, Work work, Use use) {
  using Input = typename std::invoke_result_t<Next>::value_type;
  using Result = std::invoke_result_t<Work, Input>;
  const auto threads = static_cast<std::size_t>(compute_threads());
  const auto policy = threads > 1 ? std::launch::async : std::launch::deferred;
  std::deque<std::future<Result>> running;  // its destructor waits for those that still run
  const auto finish_first = [&] {
    std::future<Result> first = std::move(running.front());
    running.pop_front();
    use(first.get());
  };
  while (std::optional<Input> input = next()) {
    running.push_back(std::async(policy, std::ref(work), std::move(*input)));
    if (running.size() > threads) finish_first();
  }
  while (!running.empty()) finish_first();
}

}  // namespace udrl
