// The desk's thread writes letters, the client's reads them.
#include "draws.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>

namespace udrl::serve {

class Draws::Latest {
 public:
  explicit Latest(CountAnswer of_each) : count(std::move(of_each)) {}

  void put(Letter letter) {
    {
      const std::scoped_lock lock(mutex_);
      const std::pair of{letter.ask, letter.draw};
      letters_.insert_or_assign(of, std::move(letter));
    }
    came_.notify_one();
  }

  std::vector<Letter> take() {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, news_within, [this] { return !letters_.empty(); });
    std::vector<Letter> all;
    for (auto& [of, letter] : letters_) all.push_back(std::move(letter));
    letters_.clear();
    return all;
  }

  const CountAnswer count;
  std::atomic<bool> is_left = false;

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::map<std::pair<std::size_t, std::size_t>, Letter> letters_;  ///< by ask and draw
};

Draws::Draws(Service& service, std::vector<Prepared> asks, const inference::Drawing& drawing, const Watch& watch,
             const CountAnswer& count)
    : service_(service),
      drawing_(drawing),
      watch_(watch),
      asks_(std::move(asks)),
      answers_(asks_.size(), std::vector<inference::Answer>(static_cast<std::size_t>(drawing.drawn()))),
      latest_(std::make_shared<Latest>(count)) {}

Draws::~Draws() { latest_->is_left = true; }

Taken Draws::order() {
  std::vector<Order> orders;
  for (const Prepared& ask : asks_) left_of_.push_back(ask.draws.size());
  for (std::size_t ask = 0; ask < asks_.size(); ++ask)
    for (std::size_t draw = 0; draw < asks_[ask].draws.size(); ++draw) orders.push_back(order_of(ask, draw));
  left_ = orders.size();
  return service_.order(std::move(orders));
}

/// What it calls is called by the desk's thread, so nothing there may take long.
Order Draws::order_of(std::size_t ask, std::size_t draw) const {
  Order order{asks_[ask].draws[draw].request, [latest = latest_, ask, draw](lm::Completion completion) {
                latest->count(completion);
                latest->put({ask, draw, true, {}, std::move(completion), false});
              }};
  order.request.written = [latest = latest_, ask, draw, watch = watch_,
                           is_good = order.request.written](const lm::Written& so_far) {
    if (latest->is_left || !watch.goes_on(so_far.text) || (is_good && !is_good(so_far))) return false;
    if (watch.tells && !so_far.text.empty()) latest->put({ask, draw, false, std::string(so_far.text), {}, false});
    return true;
  };
  return order;
}

std::vector<Letter> Draws::news() {
  std::vector<Letter> letters = latest_->take();
  for (Letter& letter : letters) {
    if (!letter.is_done) continue;
    --left_;
    letter.ends_ask = --left_of_[letter.ask] == 0;
    failed_ = failed_ || letter.completion.finish == lm::Finish::error;
    tokens_ += static_cast<std::size_t>(letter.completion.tokens);
    answers_[letter.ask][letter.draw] = service_.answer(of(letter), letter.draw, letter.completion);
  }
  return letters;
}

bool Draws::finish(const std::function<bool()>& is_wanted) {
  while (!all_done()) {
    (void)news();
    if (!all_done() && !is_wanted()) return false;
  }
  return true;
}

std::vector<Choice> Draws::best_of(std::size_t ask) {
  std::vector<std::size_t> order(answers_[ask].size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (drawing_.ranks()) order = service_.best(answers_[ask], static_cast<std::size_t>(drawing_.n));
  std::vector<Choice> choices;
  for (const std::size_t i : order) choices.push_back({choices.size(), answers_[ask][i], asks_[ask].resolved.note});
  return choices;
}

std::vector<Choice> Draws::best() {
  std::vector<Choice> choices;
  for (std::size_t ask = 0; ask < asks_.size(); ++ask)
    for (Choice& choice : best_of(ask)) {
      choice.index = choices.size();
      choices.push_back(std::move(choice));
    }
  return choices;
}

Usage Draws::usage() const {
  Usage usage{0, tokens_};
  for (const Prepared& ask : asks_) usage.prompt_tokens += ask.prompt_tokens;
  return usage;
}

std::vector<Prepared> prepare_all(const Service& service, const std::vector<inference::Ask>& asks,
                                  const inference::Drawing& drawing) {
  std::vector<Prepared> prepared;
  for (const inference::Ask& ask : asks) prepared.push_back(service.prepare(ask, drawing));
  return prepared;
}

}  // namespace udrl::serve
