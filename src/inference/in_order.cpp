// Answers that came early wait for those before them.
#include "in_order.hpp"

#include <cstdint>
#include <exception>
#include <map>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::inference {
namespace {

class InOrder {
 public:
  InOrder(lm::LanguageModel& model, const RequestStream& requests, const lm::CompletionSink& take,
          std::size_t most_ahead)
      : model_(model), requests_(requests), take_(take), most_ahead_(most_ahead) {}

  void run() {
    const lm::CompletionSink arrive = [this](lm::Completion completion) { arrived(std::move(completion)); };
    while (!ended_ && !stop_requested()) model_.complete([this] { return next(); }, arrive);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  /// Nothing lets the model finish what is under way.
  std::optional<lm::Request> next() {
    const bool is_busy = asked_ > taken_ + early_.size();
    const bool may_ask = !ended_ && !stop_requested() && asked_ - taken_ < most_ahead_;
    if (!may_ask || (is_busy && !requests_.ready())) return std::nullopt;
    std::optional<lm::Request> request = read();
    ended_ = !request;
    if (request) request->mark = asked_++;
    return request;
  }

  /// What cannot be read, or would be refused, ends the asking, and comes out when all before it are answered.
  std::optional<lm::Request> read() {
    try {
      std::optional<lm::Request> request = requests_.next();
      if (request) (void)model_.check(*request);
      return request;
    } catch (const Error&) {
      failure_ = std::current_exception();
      return std::nullopt;
    }
  }

  void arrived(lm::Completion completion) {
    early_.emplace(completion.mark, std::move(completion));
    for (auto first = early_.begin(); first != early_.end() && first->first == taken_; first = early_.begin()) {
      lm::Completion whole = std::move(first->second);
      early_.erase(first);
      ++taken_;
      take_(std::move(whole));
    }
  }

  lm::LanguageModel& model_;
  const RequestStream& requests_;
  const lm::CompletionSink& take_;
  std::uint64_t most_ahead_, asked_ = 0, taken_ = 0;
  std::map<std::uint64_t, lm::Completion> early_;
  bool ended_ = false;
  std::exception_ptr failure_;
};

}  // namespace

void complete_in_order(lm::LanguageModel& model, const RequestStream& requests, const lm::CompletionSink& take,
                       std::size_t most_ahead) {
  InOrder(model, requests, take, most_ahead).run();
}

}  // namespace udrl::inference
