// The draws of one request, from its order to its last answer. Not for: how a client is told (streams.cpp, routes.cpp).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mailbox.hpp"
#include "openai.hpp"
#include "service.hpp"

namespace udrl::serve {

/// What a stream sends where there is nothing to tell.
inline constexpr const char* keep_alive = ": \n\n";

/// News of a draw.
struct Letter {
  std::size_t ask = 0, draw = 0;
  bool is_done = false;
  std::string text;           ///< so far, as the model writes it; where it is not done
  lm::Completion completion;  ///< where it is
};

class Draws {
 public:
  /// Throws `Error` (user) for an ask that the student refuses. `tells`: whether there is news before a draw's end.
  Draws(Service& service, const std::vector<inference::Ask>& asks, const inference::Drawing& drawing, bool tells,
        const CountAnswer& count);
  /// Draws that have not ended are given up.
  ~Draws();
  Draws(const Draws&) = delete;
  Draws& operator=(const Draws&) = delete;

  /// False where too much waits.
  bool order();
  /// Nothing where no news came for a while.
  std::optional<Letter> next();
  /// Waits for all.
  void finish();

  bool all_done() const { return left_ == 0; }
  /// Whether the server stopped before all had ended.
  bool failed() const { return failed_; }

  const Prepared& of(const Letter& letter) const { return asks_[letter.ask]; }
  std::size_t index_of(const Letter& letter) const {
    return letter.ask * static_cast<std::size_t>(drawing_.drawn()) + letter.draw;
  }
  inference::Answer answer(const Letter& letter) const { return service_.answer(of(letter), letter.completion); }
  /// When all are done: what is given of each ask, by rank where `Drawing::ranks`.
  std::vector<Choice> best();
  Usage usage() const;

 private:
  struct Shared;  ///< what the desk's thread writes into, even when nobody reads any more

  Service& service_;
  const inference::Drawing drawing_;
  const bool tells_;
  std::vector<Prepared> asks_;
  std::vector<std::vector<inference::Answer>> answers_;  ///< of each ask by draw, as they end
  std::shared_ptr<Shared> shared_;
  std::size_t left_ = 0, tokens_ = 0;
  bool failed_ = false;
};

}  // namespace udrl::serve
