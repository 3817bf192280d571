// Answers that came early wait for those before them.
#include "in_order.hpp"

#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <utility>
#include <vector>

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
    while (!ended_ && !stop_requested()) ask([this] { return next(); });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void ask(const lm::RequestSource& source) {
    try {
      model_.complete(source, [this](lm::Completion completion) { arrived(std::move(completion)); });
    } catch (const Error& error) {
      if (taking_ || failure_) throw;
      failure_ = std::current_exception();
      ended_ = true;
      ask_rest(error);
    }
  }

  /// Nothing makes the model finish what is under way; `run` then goes on.
  std::optional<lm::Request> next() {
    const bool is_busy = !under_way_.empty();
    if (ended_ || asked_ - taken_ >= most_ahead_ || (is_busy && !requests_.ready())) return std::nullopt;
    std::optional<lm::Request> request = read();
    if (!request) return std::nullopt;
    numbers_.emplace(request->id, asked_);
    under_way_.emplace(asked_++, *request);
    return request;
  }

  std::optional<lm::Request> read() {
    std::optional<lm::Request> request;
    try {
      request = requests_.next();
    } catch (const Error&) {
      failure_ = std::current_exception();
    }
    ended_ = !request;
    return request;
  }

  /// The model gave up all that was under way for one request that it refuses: the others are asked again.
  void ask_rest(const Error& refusal) {
    std::vector<lm::Request> rest;
    for (const auto& [number, request] : under_way_)
      if (refusal.where() != "request " + request.id) rest.push_back(request);
    if (rest.size() == under_way_.size()) return;
    std::size_t at = 0;
    ask([&]() { return at < rest.size() ? std::optional(rest[at++]) : std::nullopt; });
  }

  void arrived(lm::Completion completion) {
    const auto found = numbers_.lower_bound(completion.id);  // of equal ones the first
    const std::uint64_t number = found->second;
    numbers_.erase(found);
    under_way_.erase(number);
    early_.emplace(number, std::move(completion));
    for (auto first = early_.begin(); first != early_.end() && first->first == taken_; first = early_.begin()) {
      lm::Completion whole = std::move(first->second);
      early_.erase(first);
      ++taken_;
      taking_ = true;
      take_(std::move(whole));
      taking_ = false;
    }
  }

  lm::LanguageModel& model_;
  const RequestStream& requests_;
  const lm::CompletionSink& take_;
  std::uint64_t most_ahead_, asked_ = 0, taken_ = 0;
  std::multimap<std::string, std::uint64_t> numbers_;  ///< by id, of those under way
  std::map<std::uint64_t, lm::Request> under_way_;
  std::map<std::uint64_t, lm::Completion> early_;
  bool ended_ = false, taking_ = false;
  std::exception_ptr failure_;
};

}  // namespace

void complete_in_order(lm::LanguageModel& model, const RequestStream& requests, const lm::CompletionSink& take,
                       std::size_t most_ahead) {
  InOrder(model, requests, take, most_ahead).run();
}

}  // namespace udrl::inference
