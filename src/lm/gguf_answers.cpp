// Continuous batching. Each step is one batch: the next token of every answer under way, then prompts of new requests,
// then shared prefixes, as far as there is room. Not for: sampling (sampler.cpp), one answer's state (gguf_slot.cpp).
#include "gguf_answers.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>

#include "gguf_slot.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

/// The automatic cache never grows beyond this, unless a single request needs more.
constexpr int most_automatic_cells = 32768;
/// A question shorter than this is computed anew for each draw: sharing costs a step in which the draws wait.
constexpr std::size_t shortest_question = 8;

class Run {
 public:
  Run(Engine& engine, const RequestSource& next, const CompletionSink& done)
      : engine_(engine), next_(next), done_(done), batch_(std::max(engine.options().batch, engine.options().slots)) {}

  Throughput run() {
    const auto start = std::chrono::steady_clock::now();
    while (!stop_requested() && (refill(), !answers_.empty())) step();
    figures_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return figures_;
  }

 private:
  // Requests that are read but not yet admitted.
  bool look_ahead(std::size_t count);
  // Admission.
  void refill();
  bool admit(Prepared& prepared);
  void share_question(Prepared& prepared);
  Prefix* prefix_of(std::span<const llama_token> tokens, Prefix* parent);
  bool has_room(int cells);
  void open_cache();
  int cells_wanted() const;
  void refuse(const Prepared& prepared) const;
  // Computation.
  void step();
  void deliver_finished();

  Engine& engine_;
  const RequestSource& next_;
  const CompletionSink& done_;
  TokenBatch batch_;
  llama_context* context_ = nullptr;
  std::unique_ptr<PrefixCache> prefixes_;
  Prefix* last_prefix_ = nullptr;
  std::vector<llama_seq_id> free_slots_;
  std::vector<std::unique_ptr<Answer>> answers_;
  std::deque<Prepared> waiting_;
  bool exhausted_ = false;
  int reserved_ = 0;  ///< cells promised to the answers under way
  Throughput figures_;
};

bool Run::look_ahead(std::size_t count) {
  while (waiting_.size() < count && !exhausted_) {
    std::optional<Request> request = next_();
    exhausted_ = !request;
    if (request) waiting_.push_back(prepare(engine_, std::move(*request)));
  }
  return !waiting_.empty();
}

void Run::refill() {
  if (context_ == nullptr) {
    if (!look_ahead(static_cast<std::size_t>(engine_.options().slots))) return;
    open_cache();
  }
  while (!free_slots_.empty() && look_ahead(1)) {
    if (admit(waiting_.front())) {
      waiting_.pop_front();
    } else if (answers_.empty()) {
      open_cache();  // nothing runs, so the cache can be replaced by a larger one
      if (!admit(waiting_.front())) refuse(waiting_.front());
      waiting_.pop_front();
    } else {
      return;  // room comes as answers end
    }
  }
}

/// Several draws ask the same question one after another: all of it but the last token, which is computed for its
/// logits, is then computed once.
void Run::share_question(Prepared& prepared) {
  const std::size_t all_but_last = prepared.tokens.size() - 1;
  if (all_but_last < prepared.common + shortest_question) return;
  const bool asked_before = prefixes_->find(std::span(prepared.tokens).first(all_but_last)) != nullptr;
  const bool asked_next = look_ahead(2) && waiting_.size() > 1 && waiting_[1].tokens == prepared.tokens;
  prepared.shared = asked_before || asked_next ? all_but_last : prepared.common;
}

Prefix* Run::prefix_of(std::span<const llama_token> tokens, Prefix* parent) {
  if (parent != nullptr && parent->tokens.size() == tokens.size()) return parent;
  Prefix* prefix = tokens.empty() ? nullptr : prefixes_->find(tokens);
  if (prefix != nullptr || tokens.empty()) return prefix;
  prefix = prefixes_->add(tokens, parent);
  if (prefix != nullptr) figures_.prompt_tokens += prefix->own();
  return prefix;
}

bool Run::admit(Prepared& prepared) {
  share_question(prepared);
  const auto leading = [&](std::size_t count) { return std::span(prepared.tokens).first(count); };
  Prefix* known = prefixes_->find(leading(prepared.shared));
  if (known == nullptr) known = prefixes_->find(leading(prepared.common));
  last_prefix_ = known;  // so that making room spares it
  const std::size_t computed = known == nullptr ? 0 : known->tokens.size();
  if (!has_room(static_cast<int>(prepared.shared - computed) + prepared.own_cells())) return false;

  Prefix* prefix = prefix_of(leading(prepared.common), nullptr);
  if (prepared.shared > prepared.common) {
    Prefix* question = prefix_of(leading(prepared.shared), prefix);
    if (question != nullptr) prefix = question;
  }
  prepared.shared = prefix == nullptr ? 0 : prefix->tokens.size();  // fewer where too many are in use at once
  last_prefix_ = prefix;
  prefixes_->drop_unused(prefix);
  reserved_ += prepared.own_cells();
  figures_.prompt_tokens += prepared.tokens.size() - prepared.shared;
  answers_.push_back(std::make_unique<Answer>(std::move(prepared), free_slots_.back(), prefix));
  free_slots_.pop_back();
  return true;
}

bool Run::has_room(int cells) {
  const auto fits = [&] { return reserved_ + prefixes_->cells() + cells <= engine_.cells(); };
  if (!fits()) prefixes_->drop_unused(last_prefix_);
  return fits();
}

/// Room for a full house of requests like those that wait, and for the next prefix beside the present one.
int Run::cells_wanted() const {
  int own = 0;
  int shared = 0;
  for (const Prepared& prepared : waiting_) {
    own = std::max(own, prepared.own_cells());
    shared = std::max(shared, static_cast<int>(prepared.shared));
  }
  const int least = waiting_.front().own_cells() + static_cast<int>(waiting_.front().shared);
  return std::max(least, std::min(most_automatic_cells, own * engine_.options().slots + 3 * shared));
}

void Run::open_cache() {
  context_ = engine_.generation_context(cells_wanted());
  const int slots = engine_.options().slots;
  prefixes_ = std::make_unique<PrefixCache>(llama_get_memory(context_), slots, engine_.prefix_sequences());
  last_prefix_ = nullptr;
  free_slots_.clear();
  for (llama_seq_id slot = slots; slot-- > 0;) free_slots_.push_back(slot);
}

void Run::refuse(const Prepared& prepared) const {
  throw user_error("a request does not fit into the model's context")
      .at("request " + prepared.request.id)
      .expected("at most " + std::to_string(engine_.cells()) + " tokens")
      .got(std::to_string(prepared.tokens.size()) + " tokens of prompt and " + std::to_string(prepared.budget) +
           " to generate")
      .hint("raise `context` (0: automatic), or lower max_tokens");
}

void Run::step() {
  batch_.clear();
  // First, since a prefix may have been there already when its answer was admitted.
  prefixes_->inherit();
  for (const auto& answer : answers_) answer->take_prefix(*prefixes_);
  for (const bool generating : {true, false}) {
    for (const auto& answer : answers_) {
      if (answer->generating() == generating) answer->fill(batch_);
    }
  }
  prefixes_->fill(batch_);
  batch_.decode(context_);
  deliver_finished();
}

void Run::deliver_finished() {
  for (auto slot = answers_.begin(); slot != answers_.end();) {
    if (!(*slot)->advance(context_, engine_.vocabulary())) {
      ++slot;
      continue;
    }
    const std::unique_ptr<Answer> answer = std::move(*slot);
    slot = answers_.erase(slot);
    llama_memory_seq_rm(llama_get_memory(context_), answer->sequence(), -1, -1);
    free_slots_.push_back(answer->sequence());
    reserved_ -= answer->own_cells();
    if (answer->prefix() != nullptr && --answer->prefix()->users == 0) prefixes_->drop_unused(last_prefix_);
    Completion completion = answer->take_completion();
    figures_.generated_tokens += static_cast<std::uint64_t>(completion.tokens);
    done_(std::move(completion));
  }
}

}  // namespace

Throughput answer_requests(Engine& engine, const RequestSource& next, const CompletionSink& done) {
  if (engine.is_encoder()) {
    throw user_error("this model cannot write text, only embed it")
        .at(engine.options().gguf.string())
        .hint("name a causal language model");
  }
  return Run(engine, next, done).run();
}

}  // namespace udrl::lm
