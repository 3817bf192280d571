// Answers of all tasks while an intent is typed. A request's prompt is ten tokens, so nothing of it is kept from one
// keystroke to the next: what counts is that nobody waits for answers that nobody wants any more.
#include <algorithm>
#include <chrono>
#include <utility>

#include "replies/draws.hpp"
#include "replies/streams.hpp"
#include "udrl/base/error.hpp"
#include "udrl/command/spelling.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"

namespace udrl::serve {
namespace {

using data::OrderedJson;

/// The leading words of a text with single spaces.
std::string first_words(const std::string& text, int words) {
  std::size_t end = 0;
  for (int i = 0; i < words && end != std::string::npos; ++i) end = text.find(' ', end == 0 ? 0 : end + 1);
  return text.substr(0, end);
}

/// Of a text as the student writes it, those that are shown: no quote that stands before a value.
int words_written(std::string_view text) {
  int words = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    words += word.empty() || command::is_quote_alone(word) ? 0 : 1;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return words;
}

std::string told(const OrderedJson& json) { return event(data::json_line(json)); }

class TypeAheadStream final : public EventStream {
 public:
  TypeAheadStream(Service& service, const TypeAhead& wish, Sessions& sessions, const CountAnswer& count)
      : service_(service),
        wish_(wish),
        sessions_(sessions),
        mark_(sessions.new_mark()),
        draws_(service, prepare(), wish.drawing, watch(), count) {}
  ~TypeAheadStream() override { sessions_.end(wish_.client, mark_); }
  TypeAheadStream(const TypeAheadStream&) = delete;
  TypeAheadStream& operator=(const TypeAheadStream&) = delete;

  Taken order() override {
    ordered_ = std::chrono::steady_clock::now();
    const Taken taken = draws_.order();
    if (taken == Taken::yes) sessions_.begin(wish_.client, mark_);
    return taken;
  }
  bool is_over() const override { return is_over_; }

  std::string next() override {
    std::string events = std::exchange(refusals_, "");
    const auto begin = std::chrono::steady_clock::now();
    while (true) {
      if (draws_.all_done()) return end(events);
      if (!events.empty()) return events;
      const auto news = draws_.news();
      if (mark_.is_superseded()) return end(told({{"superseded", true}}));
      if (silent_since(begin)) events = keep_alive;
      for (const Letter& letter : news) events += letter.is_done ? done(letter) : further(letter);
    }
  }

 private:
  /// A task that cannot be asked so is told alone; the others are answered.
  std::vector<Prepared> prepare() {
    std::vector<Prepared> prepared;
    for (const inference::Ask& ask : wish_.asks) {
      if (data::normalise(ask.intent).empty()) continue;
      try {
        prepared.push_back(service_.prepare(ask, wish_.drawing));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::user) throw;
        refusals_ += told({{"task", ask.task}, {"error", message_of(error)}});
      }
    }
    return prepared;
  }

  Watch watch() const {
    return {!wish_.drawing.ranks(), [mark = mark_, words = wish_.next_words](std::string_view so_far) {
              return !mark.is_superseded() && (words == 0 || words_written(so_far) <= words);
            }};
  }

  std::string further(const Letter& letter) {
    const std::string shown = service_.shown(draws_.of(letter), letter.text);
    return shown.empty() ? "" : told({{"task", draws_.of(letter).ask.task}, {"text", shown}, {"done", false}});
  }

  std::string done(const Letter& letter) {
    const Prepared& prepared = draws_.of(letter);
    if (!letter.ends_ask) return "";
    if (letter.completion.finish == lm::Finish::error)
      return told({{"task", prepared.ask.task}, {"error", letter.completion.cause}});
    inference::Answer answer = draws_.best_of(letter.ask).front().answer;
    if (wish_.drawing.ranks()) answer.ms = since_order();
    const bool is_cut = answer.finish == lm::Finish::cancelled || data::count_words(answer.text) > wish_.next_words;
    if (wish_.next_words > 0 && is_cut) {
      answer.text = first_words(answer.text, wish_.next_words);
      answer.finish = lm::Finish::length;
    }
    OrderedJson json = answer_json(answer, service_.student().fitted());
    json.erase("intent");
    if (wish_.drawing.ranks()) json["best_of"] = wish_.drawing.best_of;
    json["done"] = true;
    if (!prepared.resolved.note.empty()) json["note"] = prepared.resolved.note;
    return told(json);
  }

  /// Milliseconds: of a draft's own time nobody waits, but of all of them.
  double since_order() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - ordered_).count();
  }

  std::string end(const std::string& last) {
    is_over_ = true;
    return last + event("[DONE]");
  }

  Service& service_;
  const TypeAhead wish_;
  Sessions& sessions_;
  const Sessions::Mark mark_;
  std::string refusals_;
  Draws draws_;
  std::chrono::steady_clock::time_point ordered_;
  bool is_over_ = false;
};

}  // namespace

std::unique_ptr<EventStream> type_ahead_stream(Service& service, const TypeAhead& wish, Sessions& sessions,
                                               const CountAnswer& count) {
  return std::make_unique<TypeAheadStream>(service, wish, sessions, count);
}

}  // namespace udrl::serve
