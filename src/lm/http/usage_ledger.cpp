// One row a model: sums of what its replies said.
#include "usage_ledger.hpp"

#include <algorithm>
#include <cstdio>

#include "replies.hpp"
#include "udrl/base/error.hpp"

namespace udrl::lm {
namespace {

/// Of English in JSON, with room; other alphabets may take more.
constexpr double usual_tokens_a_byte = 0.3;
constexpr double per_million = 1e-6;

std::uint64_t guessed_tokens(const HttpJob& job) {
  return static_cast<std::uint64_t>(usual_tokens_a_byte * static_cast<double>(job.body.size()));
}

std::string money_text(double money) {
  char text[32];
  std::snprintf(text, sizeof text, money < 1 ? "%.4f" : "%.2f", money);
  return text;
}

void require_prices(const EndpointOptions& options) {
  if (options.max_cost <= 0 || options.price_in > 0 || options.price_out > 0) return;
  throw user_error("max_cost needs prices, or nothing is known to cost anything")
      .expected("price_in and price_out, of a million tokens")
      .hint("take them from the provider's price list, or limit tokens instead: max_tokens_total");
}

constexpr const char* make_table =
    "CREATE TABLE IF NOT EXISTS usage (model BLOB PRIMARY KEY, replies INTEGER, lost INTEGER, cached INTEGER,"
    " estimated INTEGER, prompt_tokens INTEGER, generated_tokens INTEGER, cost REAL)";

/// Whatever other processes or models of this one have added since is in the sums that come back.
constexpr const char* add_row =
    "INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (model) DO UPDATE SET replies = replies +"
    " excluded.replies, lost = lost + excluded.lost, cached = cached + excluded.cached, estimated = estimated +"
    " excluded.estimated, prompt_tokens = prompt_tokens + excluded.prompt_tokens, generated_tokens = generated_tokens"
    " + excluded.generated_tokens, cost = cost + excluded.cost RETURNING replies, lost, cached, estimated,"
    " prompt_tokens, generated_tokens, cost";

Usage usage_in(const Statement& row) {
  const auto count = [&](int column) { return static_cast<std::uint64_t>(row.whole(column)); };
  return {count(0), count(1), count(2), count(3), count(4), count(5), row.number(6)};
}

}  // namespace

UsageLedger::UsageLedger(const std::filesystem::path& file, const EndpointOptions& options)
    : options_(options), database_(file) {
  require_prices(options);
  database_.run(make_table);
  add_.emplace(database_, add_row);
  add({});
}

bool UsageLedger::has_room(const HttpJob& job) const { return limit_reached(job).empty(); }

std::string UsageLedger::limit_reached(const HttpJob& job) const {
  const Reserved most = most_of(job);
  const double money = total_.cost + reserved_.money + most.money;
  if (options_.max_cost > 0 && money > options_.max_cost)
    return "max_cost " + money_text(options_.max_cost) + ": " + money_text(total_.cost) +
           " is spent, and the next request may cost " + money_text(most.money);
  const std::uint64_t tokens = total_.tokens() + reserved_.tokens + most.tokens;
  if (options_.max_tokens_total > 0 && tokens > options_.max_tokens_total)
    return "max_tokens_total " + std::to_string(options_.max_tokens_total) + ": " + std::to_string(total_.tokens()) +
           " are used, and the next request may take " + std::to_string(most.tokens);
  return "";
}

Reserved UsageLedger::sent(const HttpJob& job) {
  const Reserved most = most_of(job);
  reserved_.tokens += most.tokens;
  reserved_.money += most.money;
  return most;
}

void UsageLedger::release(const Reserved& reserved) {
  reserved_.tokens -= reserved.tokens;
  reserved_.money = std::max(0.0, reserved_.money - reserved.money);
}

void UsageLedger::ended(const HttpJob& job, const HttpReply& reply, const Reserved& reserved) {
  release(reserved);
  add(usage_of(job, reply));
}

void UsageLedger::was_cached() {
  Usage one;
  one.cached = 1;
  add(one);
}

/// Without a count of its own, an answer has as many tokens as its text is long.
Usage UsageLedger::usage_of(const HttpJob& job, const HttpReply& reply) const {
  Usage one;
  if (reply.status == 0) {
    one.lost = 1;
    return one;
  }
  one.replies = 1;
  const TokenCounts told = token_counts(reply);
  one.prompt_tokens = told.prompt;
  one.generated_tokens = told.generated;
  if (one.tokens() == 0 && reply.fault.empty()) {
    one.estimated = 1;
    one.prompt_tokens = guessed_tokens(job);
    one.generated_tokens = static_cast<std::uint64_t>(job.most_tokens);
  }
  one.cost = price(one.prompt_tokens, one.generated_tokens).money;
  return one;
}

void UsageLedger::add(const Usage& some) {
  const auto whole = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
  add_->reset();
  add_->bind(0, options_.http_model).bind(1, whole(some.replies)).bind(2, whole(some.lost)).bind(3, whole(some.cached));
  add_->bind(4, whole(some.estimated)).bind(5, whole(some.prompt_tokens)).bind(6, whole(some.generated_tokens));
  add_->bind(7, some.cost);
  while (add_->step()) total_ = usage_in(*add_);  // to its end, where it is written
  add_->reset();
}

Reserved UsageLedger::most_of(const HttpJob& job) const {
  return price(guessed_tokens(job), static_cast<std::uint64_t>(job.most_tokens));
}

Reserved UsageLedger::price(std::uint64_t prompt, std::uint64_t generated) const {
  return {prompt + generated, per_million * (options_.price_in * static_cast<double>(prompt) +
                                             options_.price_out * static_cast<double>(generated))};
}

std::string to_text(const Usage& usage) {
  std::string text;
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  };
  add(usage.replies, "replies");
  add(usage.cached, "answers from the response cache");
  add(usage.lost, "requests without a reply");
  add(usage.prompt_tokens, "tokens of prompts");
  add(usage.generated_tokens, "tokens of answers");
  add(usage.estimated, "answers whose tokens were not counted by the endpoint");
  if (usage.cost > 0) text += ", cost " + money_text(usage.cost);
  return text.empty() ? "nothing was asked" : text;
}

}  // namespace udrl::lm
