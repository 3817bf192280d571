// Continuous batching. Each step is one batch: the next token of every answer under way, then what new slots read, then
// shared prefixes, as far as there is room. Not for: one slot's state (slot.cpp).
#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <deque>

#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"

namespace udrl::lm {
namespace {

/// The automatic caches of all lanes together never grow beyond this, unless a single request needs more.
constexpr int most_automatic_cells = 32768;
/// Sharing costs a step in which those that share wait. A beginning that many have in common is worth it if so many
/// tokens long, or if it spares so many of those that wait now.
constexpr std::size_t worth_sharing = 16;
/// A question shorter than this is computed anew for each draw.
constexpr std::size_t shortest_question = 8;

class ContinuousBatch {
 public:
  ContinuousBatch(const Engine& engine, Lane& lane, const SlotSource& next)
      : engine_(engine), lane_(lane), next_(next), batch_(lane.batch(), lane.rows()) {}

  Throughput run() {
    const auto start = std::chrono::steady_clock::now();
    while (!stop_requested() && (refill(), !running_.empty())) step();
    figures_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return figures_;
  }

 private:
  // Slots that are made but not yet admitted.
  bool look_ahead(std::size_t count);
  // Admission.
  void refill();
  bool admit_first();
  bool is_worth_sharing(const PreparedPrompt& prepared);
  void share_beginning(PreparedPrompt& prepared);
  Prefix* prefix_of(std::span<const llama_token> tokens, Prefix* parent);
  bool has_room(int cells);
  void open_cache();
  int cells_wanted() const;
  // Computation.
  void step();
  void deliver_finished();

  const Engine& engine_;
  Lane& lane_;
  const SlotSource& next_;
  TokenBatch batch_;
  llama_context* context_ = nullptr;
  std::unique_ptr<PrefixCache> prefixes_;
  Prefix* last_prefix_ = nullptr;
  std::vector<llama_seq_id> free_sequences_;
  std::vector<std::unique_ptr<Slot>> running_;
  std::deque<std::unique_ptr<Slot>> waiting_;
  int reserved_ = 0;  ///< cells promised to the slots that run
  Throughput figures_;
};

bool ContinuousBatch::look_ahead(std::size_t count) {
  while (waiting_.size() < count) {
    std::unique_ptr<Slot> slot = next_();
    if (slot == nullptr) break;
    waiting_.push_back(std::move(slot));
  }
  return !waiting_.empty();
}

void ContinuousBatch::refill() {
  if (context_ == nullptr) {
    if (!look_ahead(static_cast<std::size_t>(lane_.slots()))) return;
    open_cache();
  }
  while (!free_sequences_.empty() && look_ahead(1)) {
    if (admit_first()) continue;
    if (!running_.empty()) return;  // room comes as slots end
    open_cache();                   // nothing runs, so the cache can be replaced by a larger one
    if (!admit_first()) check_fits(waiting_.front()->prepared(), lane_.cells());
  }
}

/// Whether they have one of their beginnings (`common`, `question`) in common.
bool begin_alike(const PreparedPrompt& a, const PreparedPrompt& b, std::size_t PreparedPrompt::*part) {
  const auto length = static_cast<std::ptrdiff_t>(a.*part);
  return a.*part == b.*part && std::equal(a.tokens.begin(), a.tokens.begin() + length, b.tokens.begin());
}

/// Of the first that waits.
bool ContinuousBatch::is_worth_sharing(const PreparedPrompt& prepared) {
  if (prepared.common == 0 || prepared.common >= worth_sharing) return true;
  if (prefixes_->find(std::span(prepared.tokens).first(prepared.common)) != nullptr) return true;
  look_ahead(free_sequences_.size());
  const auto others = std::count_if(waiting_.begin() + 1, waiting_.end(), [&](const auto& slot) {
    return begin_alike(slot->prepared(), prepared, &PreparedPrompt::common);
  });
  return static_cast<std::size_t>(others) * prepared.common >= worth_sharing;
}

/// What many begin with is computed once, and so is a question that several draws ask one after another.
void ContinuousBatch::share_beginning(PreparedPrompt& prepared) {
  if (!is_worth_sharing(prepared)) prepared.common = 0;
  prepared.shared = prepared.common;
  if (prepared.question < prepared.common + shortest_question) return;
  const bool asked_before = prefixes_->find(std::span(prepared.tokens).first(prepared.question)) != nullptr;
  const bool asked_next =
      look_ahead(2) && waiting_.size() > 1 && begin_alike(waiting_[1]->prepared(), prepared, &PreparedPrompt::question);
  prepared.shared = asked_before || asked_next ? prepared.question : prepared.common;
}

Prefix* ContinuousBatch::prefix_of(std::span<const llama_token> tokens, Prefix* parent) {
  if (parent != nullptr && parent->tokens.size() == tokens.size()) return parent;
  Prefix* prefix = tokens.empty() ? nullptr : prefixes_->find(tokens);
  if (prefix != nullptr || tokens.empty()) return prefix;
  prefix = prefixes_->add(tokens, parent);
  if (prefix != nullptr) figures_.prompt_tokens += prefix->own();
  return prefix;
}

/// The first that waits, if there is room.
bool ContinuousBatch::admit_first() {
  PreparedPrompt& prepared = waiting_.front()->prepared();
  share_beginning(prepared);
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
  waiting_.front()->admit(free_sequences_.back(), prefix);
  free_sequences_.pop_back();
  running_.push_back(std::move(waiting_.front()));
  waiting_.pop_front();
  return true;
}

bool ContinuousBatch::has_room(int cells) {
  const auto fits = [&] { return reserved_ + prefixes_->cells() + cells <= lane_.cells(); };
  if (!fits()) prefixes_->drop_unused(last_prefix_);
  return fits();
}

/// Room for a full house of requests like those that wait, and for the next prefix beside the present one.
int ContinuousBatch::cells_wanted() const {
  int own = 0;
  int shared = 0;
  for (const auto& slot : waiting_) {
    own = std::max(own, slot->prepared().own_cells());
    shared = std::max(shared, static_cast<int>(slot->prepared().shared));
  }
  const PreparedPrompt& first = waiting_.front()->prepared();
  const int least = first.own_cells() + static_cast<int>(first.shared);
  const int most = most_automatic_cells / std::max(1, engine_.options().slots / lane_.slots());
  return std::max(least, std::min(most, own * lane_.slots() + 3 * shared));
}

void ContinuousBatch::open_cache() {
  context_ = lane_.open(cells_wanted());
  const int slots = lane_.slots();
  prefixes_ = std::make_unique<PrefixCache>(llama_get_memory(context_), slots, lane_.prefix_sequences());
  last_prefix_ = nullptr;
  free_sequences_.clear();
  for (llama_seq_id sequence = slots; sequence-- > 0;) free_sequences_.push_back(sequence);
}

void ContinuousBatch::step() {
  batch_.clear(std::any_of(running_.begin(), running_.end(), [](const auto& slot) { return slot->wants_states(); }));
  // First, since a prefix may have been there already when its slot was admitted.
  prefixes_->inherit();
  for (const auto& slot : running_) slot->take_prefix(*prefixes_);
  for (const bool generating : {true, false}) {
    for (const auto& slot : running_) {
      if (slot->generating() == generating) slot->fill(batch_);
    }
  }
  prefixes_->fill(batch_);
  batch_.decode(context_);
  deliver_finished();
}

void ContinuousBatch::deliver_finished() {
  for (auto next = running_.begin(); next != running_.end();) {
    if (!(*next)->advance(context_, engine_.vocabulary())) {
      ++next;
      continue;
    }
    const std::unique_ptr<Slot> slot = std::move(*next);
    next = running_.erase(next);
    llama_memory_seq_rm(llama_get_memory(context_), slot->sequence(), -1, -1);
    free_sequences_.push_back(slot->sequence());
    reserved_ -= slot->prepared().own_cells();
    if (slot->prefix() != nullptr && --slot->prefix()->users == 0) prefixes_->drop_unused(last_prefix_);
    figures_.generated_tokens += static_cast<std::uint64_t>(slot->deliver());
  }
}

}  // namespace

Throughput run_slots(const Engine& engine, Lane& lane, const SlotSource& next) {
  return ContinuousBatch(engine, lane, next).run();
}

}  // namespace udrl::lm
