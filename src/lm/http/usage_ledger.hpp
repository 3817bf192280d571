// What an endpoint's model has cost an output folder, over all its runs, and whether one more request may be paid for.
// Not for: failures (distill/endpoint/ledger.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "database.hpp"
#include "job.hpp"
#include "udrl/lm/endpoint_options.hpp"
#include "udrl/lm/usage.hpp"

namespace udrl::lm {

struct Reserved {
  std::uint64_t tokens = 0;
  double money = 0;
};

/// Each reply is written down, once, before anything is made of it; so a killed run has lost none, and none is counted
/// twice. Requests in flight are reserved with the most that they may cost.
class UsageLedger {
 public:
  /// `file` is shared by all models of a folder; empty: this run alone counts. Throws `Error` (user): a limit of money
  /// without prices.
  UsageLedger(const std::filesystem::path& file, const EndpointOptions& options);

  /// Whether a request may be sent beside those in flight without going beyond a limit.
  bool has_room(const HttpJob& job) const;
  /// What stands against `has_room`, for a message; "" where nothing is in the way.
  std::string limit_reached(const HttpJob& job) const;

  /// A try begins: reserves the most that it may cost, and returns that.
  Reserved sent(const HttpJob& job);
  /// It never was.
  void release(const Reserved& reserved);
  /// It ended, with or without a reply.
  void ended(const HttpJob& job, const HttpReply& reply, const Reserved& reserved);
  /// An answer that was not asked for, as the cache has it.
  void was_cached();

  const Usage& total() const { return total_; }

 private:
  Reserved most_of(const HttpJob& job) const;
  Reserved price(std::uint64_t prompt, std::uint64_t generated) const;
  Usage usage_of(const HttpJob& job, const HttpReply& reply) const;
  void add(const Usage& some);

  EndpointOptions options_;
  Database database_;
  std::optional<Statement> add_;
  Usage total_;
  Reserved reserved_;  ///< by all in flight
};

}  // namespace udrl::lm
