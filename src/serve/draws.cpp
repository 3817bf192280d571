// The desk's thread writes letters, the client's reads them.
#include "draws.hpp"

namespace udrl::serve {
namespace {

/// So long a client that has left may go unnoticed.
constexpr std::chrono::milliseconds news_within{1000};

}  // namespace

struct Draws::Shared {
  Mailbox<Letter> letters;
  std::atomic<bool> is_left = false;
  CountAnswer count;
};

Draws::Draws(Service& service, const std::vector<inference::Ask>& asks, const inference::Drawing& drawing, bool tells,
             const CountAnswer& count)
    : service_(service), drawing_(drawing), tells_(tells), shared_(std::make_shared<Shared>()) {
  shared_->count = count;
  for (const inference::Ask& ask : asks) asks_.push_back(service.prepare(ask, drawing));
  answers_.assign(asks.size(), std::vector<inference::Answer>(static_cast<std::size_t>(drawing.drawn())));
}

Draws::~Draws() { shared_->is_left = true; }

bool Draws::order() {
  std::vector<Order> orders;
  for (std::size_t ask = 0; ask < asks_.size(); ++ask) {
    DrawReader reader;
    reader.written = [shared = shared_, ask, tells = tells_](std::size_t draw, std::string_view so_far) {
      if (tells && !so_far.empty()) shared->letters.put({ask, draw, false, std::string(so_far), {}});
      return !shared->is_left;
    };
    reader.done = [shared = shared_, ask](std::size_t draw, lm::Completion completion) {
      shared->count(completion);
      shared->letters.put({ask, draw, true, {}, std::move(completion)});
    };
    service_.add_orders(asks_[ask], reader, orders);
  }
  left_ = orders.size();
  return service_.order(std::move(orders));
}

std::optional<Letter> Draws::next() {
  std::optional<Letter> letter = shared_->letters.take(news_within);
  if (!letter || !letter->is_done) return letter;
  --left_;
  failed_ = failed_ || letter->completion.finish == lm::Finish::error;
  tokens_ += static_cast<std::size_t>(letter->completion.tokens);
  answers_[letter->ask][letter->draw] = answer(*letter);
  return letter;
}

void Draws::finish() {
  while (!all_done()) (void)next();
}

std::vector<Choice> Draws::best() {
  std::vector<Choice> choices;
  for (std::size_t ask = 0; ask < asks_.size(); ++ask) {
    std::vector<std::size_t> order(answers_[ask].size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (drawing_.ranks()) order = service_.best(answers_[ask], static_cast<std::size_t>(drawing_.n));
    for (const std::size_t i : order) choices.push_back({choices.size(), answers_[ask][i], asks_[ask].resolved.note});
  }
  return choices;
}

Usage Draws::usage() const {
  Usage usage{0, tokens_};
  for (const Prepared& ask : asks_) usage.prompt_tokens += ask.prompt_tokens;
  return usage;
}

}  // namespace udrl::serve
