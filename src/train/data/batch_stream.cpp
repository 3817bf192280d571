// The background thread that makes windows ahead of the step.
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "batches.hpp"
#include "udrl/base/error.hpp"

namespace udrl::train {
namespace {

/// Steps kept ready: long enough that the next window is tokenized while they are taken.
constexpr std::size_t ahead = 24;

struct Ready {
  Step step;
  Cursor after;
};

}  // namespace

struct BatchStream::Impl {
  Impl(BatchSource from_source, Cursor from) : source(std::move(from_source)), next_cursor(from) {
    maker = std::thread([this, from] { make(from); });
  }
  ~Impl() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    maker.join();
  }

  void make(Cursor at) {
    try {
      while (make_window(at)) at = after_window(at);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      failed = std::current_exception();
    }
    changed.notify_all();
  }

  Cursor after_window(const Cursor& at) const {
    const bool last = at.window + 1 >= windows(source);
    return last ? Cursor{at.epoch + 1, 0, 0} : Cursor{at.epoch, at.window + 1, 0};
  }

  /// Epochs without a sequence that prove that there never is one: small weights may leave every record out by chance.
  std::uint64_t patience() const { return source.copies_of ? 1000 : 1; }

  /// False where the stream is being closed.
  bool make_window(const Cursor& at) {
    std::vector<Step> steps = window_steps(source, at.epoch, at.window);
    empty_windows = steps.empty() ? empty_windows + 1 : 0;
    if (empty_windows >= windows(source) * patience()) {
      throw user_error("no sequence fits into the model's context length")
          .hint("raise model.context_length, or the weights of the tasks");
    }
    for (std::uint64_t i = at.step; i < steps.size(); ++i) {
      const Cursor after = i + 1 < steps.size() ? Cursor{at.epoch, at.window, i + 1} : after_window(at);
      if (!push({std::move(steps[i]), after})) return false;
    }
    const std::lock_guard<std::mutex> lock(mutex);
    return !stopping;
  }

  bool push(Ready ready) {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return stopping || queue.size() < ahead; });
    if (stopping) return false;
    queue.push_back(std::move(ready));
    changed.notify_all();
    return true;
  }

  Step take() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return failed || !queue.empty(); });
    if (queue.empty()) std::rethrow_exception(failed);
    Ready ready = std::move(queue.front());
    queue.pop_front();
    next_cursor = ready.after;
    changed.notify_all();
    return std::move(ready.step);
  }

  BatchSource source;
  Cursor next_cursor;
  std::uint64_t empty_windows = 0;  // in a row
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Ready> queue;
  std::exception_ptr failed;
  bool stopping = false;
  std::thread maker;
};

BatchStream::BatchStream(BatchSource source, Cursor from) : impl_(std::make_unique<Impl>(std::move(source), from)) {}
BatchStream::~BatchStream() = default;
Step BatchStream::next() { return impl_->take(); }
Cursor BatchStream::cursor() const { return impl_->next_cursor; }

}  // namespace udrl::train
