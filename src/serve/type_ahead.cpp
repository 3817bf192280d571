// Answers of all tasks while an intent is typed. A request's prompt is ten tokens, so nothing of it is kept from one
// keystroke to the next: what counts is that nobody waits for answers that nobody wants any more.
#include <chrono>
#include <optional>
#include <utility>

#include "draws.hpp"
#include "streams.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"

namespace udrl::serve {
namespace {

using data::OrderedJson;

constexpr std::chrono::milliseconds news_within{1000};

/// The leading words of a text with single spaces.
std::string first_words(const std::string& text, int words) {
  std::size_t end = 0;
  for (int i = 0; i < words && end != std::string::npos; ++i) end = text.find(' ', end == 0 ? 0 : end + 1);
  return text.substr(0, end);
}

struct News {
  std::size_t ask = 0;
  bool is_done = false;
  std::string text;
  lm::Completion completion;
};

class TypeAheadStream final : public EventStream {
 public:
  TypeAheadStream(Service& service, TypeAhead wish, Sessions& sessions, CountAnswer count)
      : service_(service), wish_(std::move(wish)), sessions_(sessions), shared_(std::make_shared<Shared>()) {
    shared_->count = std::move(count);
    shared_->superseded = sessions_.begin(wish_.client);
    asks_.resize(wish_.asks.size());
  }
  ~TypeAheadStream() override {
    shared_->is_left = true;
    sessions_.end(wish_.client, shared_->superseded);
  }
  TypeAheadStream(const TypeAheadStream&) = delete;
  TypeAheadStream& operator=(const TypeAheadStream&) = delete;

  bool order() {
    std::vector<Order> orders;
    for (std::size_t i = 0; i < asks_.size(); ++i) add(i, orders);
    left_ = orders.size();
    return service_.order(std::move(orders));
  }

  std::string next() override {
    if (is_over_) return "";
    std::string events = std::exchange(refusals_, "");
    while (events.empty()) {
      if (*shared_->superseded) return end(event(data::json_line(OrderedJson{{"superseded", true}})));
      if (left_ == 0) return end("");
      const auto latest = news();
      if (latest.empty()) return keep_alive;
      if (*shared_->superseded) continue;
      for (const auto& [ask, one] : latest) events += one.is_done ? done(one) : further(one);
    }
    return events;
  }

 private:
  struct Shared {
    Mailbox<News> news;
    std::atomic<bool> is_left = false;
    Sessions::Mark superseded;
    CountAnswer count;
  };

  /// A task that cannot be asked so is told alone; the others are answered.
  void add(std::size_t i, std::vector<Order>& orders) {
    const inference::Ask& ask = wish_.asks[i];
    if (data::normalise(ask.intent).empty()) return;
    try {
      asks_[i] = service_.prepare(ask, wish_.drawing);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::user) throw;
      refusals_ += event(data::json_line(OrderedJson{{"task", ask.task}, {"error", message_of(error)}}));
      return;
    }
    DrawReader reader;
    reader.written = [shared = shared_, i, words = wish_.next_words](std::size_t, std::string_view so_far) {
      if (shared->is_left || *shared->superseded) return false;
      if (so_far.empty()) return true;
      const bool is_enough = words > 0 && data::count_words(so_far) > words;
      if (!is_enough) shared->news.put({i, false, std::string(so_far), {}});
      return !is_enough;
    };
    reader.done = [shared = shared_, i](std::size_t, lm::Completion completion) {
      shared->count(completion);
      shared->news.put({i, true, {}, std::move(completion)});
    };
    service_.add_orders(*asks_[i], reader, orders);
  }

  /// Of each ask only the last that is there: a slow reader is not told what was.
  std::map<std::size_t, News> news() {
    std::map<std::size_t, News> latest;
    for (auto one = shared_->news.take(news_within); one; one = shared_->news.take(std::chrono::milliseconds(0))) {
      left_ -= one->is_done ? 1 : 0;
      const std::size_t ask = one->ask;
      latest.insert_or_assign(ask, std::move(*one));
    }
    return latest;
  }

  std::string further(const News& news) {
    const std::string shown = service_.shown(*asks_[news.ask], news.text);
    if (shown.empty()) return "";
    return event(data::json_line(OrderedJson{{"task", asks_[news.ask]->ask.task}, {"text", shown}, {"done", false}}));
  }

  std::string done(const News& news) {
    const Prepared& prepared = *asks_[news.ask];
    if (news.completion.finish == lm::Finish::error)
      return event(data::json_line(OrderedJson{{"task", prepared.ask.task}, {"error", news.completion.cause}}));
    inference::Answer answer = service_.answer(prepared, news.completion);
    if (wish_.next_words > 0 && data::count_words(answer.text) > wish_.next_words) {
      answer.text = first_words(answer.text, wish_.next_words);
      answer.finish = lm::Finish::length;
    }
    OrderedJson json = answer_json(answer, service_.student().fitted());
    json.erase("intent");
    json["done"] = true;
    if (!prepared.resolved.note.empty()) json["note"] = prepared.resolved.note;
    return event(data::json_line(json));
  }

  std::string end(const std::string& last) {
    is_over_ = true;
    return last + event("[DONE]");
  }

  Service& service_;
  const TypeAhead wish_;
  Sessions& sessions_;
  std::shared_ptr<Shared> shared_;
  std::vector<std::optional<Prepared>> asks_;
  std::string refusals_;
  std::size_t left_ = 0;
  bool is_over_ = false;
};

}  // namespace

Sessions::Mark Sessions::begin(const std::string& client) {
  const auto mark = std::make_shared<std::atomic<bool>>(false);
  if (client.empty()) return mark;
  const std::scoped_lock lock(mutex_);
  Mark& latest = latest_[client];
  if (latest) *latest = true;
  latest = mark;
  return mark;
}

void Sessions::end(const std::string& client, const Mark& mark) {
  const std::scoped_lock lock(mutex_);
  const auto found = latest_.find(client);
  if (found != latest_.end() && found->second == mark) latest_.erase(found);
}

std::unique_ptr<EventStream> type_ahead_stream(Service& service, const TypeAhead& wish, Sessions& sessions,
                                               const CountAnswer& count) {
  auto stream = std::make_unique<TypeAheadStream>(service, wish, sessions, count);
  return stream->order() ? std::move(stream) : nullptr;
}

}  // namespace udrl::serve
