// Completions in parts.
#include "streams.hpp"

#include <chrono>
#include <map>

#include "replies/draws.hpp"

namespace udrl::serve {
namespace {

/// Of what is to be shown, the part that further tokens cannot change: all whole words.
std::string whole_words(const std::string& shown) {
  const auto last = shown.rfind(' ');
  return last == std::string::npos ? "" : shown.substr(0, last);
}

class CompletionStream final : public EventStream {
 public:
  CompletionStream(Service& service, const Wish& wish, Form form, const CountAnswer& count)
      : service_(service),
        wish_(wish),
        envelope_(new_envelope(form, wish)),
        draws_(service, prepare_all(service, wish.asks, wish.drawing), wish.drawing, {!wish.drawing.ranks()}, count) {}

  Taken order() override { return draws_.order(); }
  bool is_over() const override { return is_over_; }

  std::string next() override {
    std::string events;
    const auto begin = std::chrono::steady_clock::now();
    while (events.empty()) {
      const auto news = draws_.news();
      if (silent_since(begin)) events = keep_alive;  // drafts that are ranked are no events
      for (const Letter& letter : news) events += events_of(letter);
      if (draws_.all_done()) return events + finish();
    }
    return events;
  }

 private:
  std::string events_of(const Letter& letter) {
    if (wish_.drawing.ranks() || (letter.is_done && letter.completion.finish == lm::Finish::error)) return "";
    const std::size_t index = draws_.index_of(letter);
    if (!letter.is_done) return further(index, whole_words(service_.shown(draws_.of(letter), letter.text)));
    return ended({index, draws_.answer(letter), draws_.of(letter).resolved.note});
  }

  /// Events of what is new of a choice's text.
  std::string further(std::size_t index, const std::string& shown) {
    std::string& sent = sent_[index];
    if (shown.size() <= sent.size() || !shown.starts_with(sent)) return "";
    const bool is_first = sent.empty();
    const std::string text = part_reply(envelope_, index, shown.substr(sent.size()), is_first);
    sent = shown;
    return event(text);
  }

  std::string ended(const Choice& choice) {
    const std::string rest = further(choice.index, choice.answer.text);
    return rest + event(end_reply(envelope_, service_.student().fitted(), choice));
  }

  std::string finish() {
    is_over_ = true;
    std::string events;
    if (wish_.drawing.ranks() && !draws_.failed())
      for (const Choice& choice : draws_.best()) events += ended(choice);
    if (draws_.failed()) events += event(error_reply(503, "the server is stopping"));
    else if (wish_.wants_usage) events += event(usage_reply(envelope_, draws_.usage()));
    return events + event("[DONE]");
  }

  Service& service_;
  const Wish wish_;
  const Envelope envelope_;
  Draws draws_;
  std::map<std::size_t, std::string> sent_;  ///< of each choice
  bool is_over_ = false;
};

}  // namespace

std::string event(const std::string& text) { return "data: " + text + "\n\n"; }

std::unique_ptr<EventStream> completion_stream(Service& service, const Wish& wish, Form form,
                                               const CountAnswer& count) {
  return std::make_unique<CompletionStream>(service, wish, form, count);
}

}  // namespace udrl::serve
