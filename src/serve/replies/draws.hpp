// The draws of one request, from its order to its last answer. Not for: how a client is told (streams.hpp, routes.cpp).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "desk/service.hpp"
#include "replies/openai.hpp"

namespace udrl::serve {

/// So long a client that has left may go unnoticed.
inline constexpr std::chrono::milliseconds news_within{500};
/// Whether a client that was told nothing since then is to be looked at.
inline bool silent_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::steady_clock::now() - then >= news_within;
}

/// The latest news of a draw.
struct Letter {
  std::size_t ask = 0, draw = 0;
  bool is_done = false;
  std::string text;           ///< so far, as the model writes it; where it is not done
  lm::Completion completion;  ///< where it is
  bool ends_ask = false;      ///< whether it is done and its ask has no other draw left
};

/// How draws are looked at while they are written.
struct Watch {
  bool tells = false;  ///< whether there is news before a draw's end
  /// Whether a draw goes on behind this text; called by the desk's thread.
  std::function<bool(std::string_view so_far)> goes_on = [](std::string_view) { return true; };
};

class Draws {
 public:
  Draws(Service& service, std::vector<Prepared> asks, const inference::Drawing& drawing, const Watch& watch,
        const CountAnswer& count);
  /// Draws that have not ended are given up.
  ~Draws();
  Draws(const Draws&) = delete;
  Draws& operator=(const Draws&) = delete;

  Taken order();
  /// Of each draw of which there is news the latest: who reads slowly is not told what was. None where nothing came for
  /// a while.
  std::vector<Letter> news();
  /// Waits for all; false where `is_wanted`, asked now and then, says that nobody does any more.
  bool finish(const std::function<bool()>& is_wanted);

  bool all_done() const { return left_ == 0; }
  /// Whether the server stopped before all had ended.
  bool failed() const { return failed_; }

  const Prepared& of(const Letter& letter) const { return asks_[letter.ask]; }
  std::size_t index_of(const Letter& letter) const {
    return letter.ask * static_cast<std::size_t>(drawing_.drawn()) + letter.draw;
  }
  /// Of one that is done.
  const inference::Answer& answer(const Letter& letter) const { return answers_[letter.ask][letter.draw]; }
  /// When all of an ask are done: what is given of it, by rank where `Drawing::ranks`. Their indices are within the
  /// ask.
  std::vector<Choice> best_of(std::size_t ask);
  /// When all are done: what is given of each ask in turn.
  std::vector<Choice> best();
  Usage usage() const;

 private:
  class Latest;  ///< what the desk's thread writes into, even when nobody reads any more

  Order order_of(std::size_t ask, std::size_t draw) const;

  Service& service_;
  const inference::Drawing drawing_;
  const Watch watch_;
  std::vector<Prepared> asks_;
  std::vector<std::vector<inference::Answer>> answers_;  ///< of each ask by draw, as they end
  std::vector<std::size_t> left_of_;                     ///< draws of each ask that have not ended
  std::shared_ptr<Latest> latest_;
  std::size_t left_ = 0, tokens_ = 0;
  bool failed_ = false;
};

/// Throws `Error` (user) for an ask that the student refuses.
std::vector<Prepared> prepare_all(const Service& service, const std::vector<inference::Ask>& asks,
                                  const inference::Drawing& drawing);

}  // namespace udrl::serve
