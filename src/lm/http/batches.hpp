// A provider's batch interface (OpenAI's /batches): requests in a file, answered within a day, at half the price with
// most. What comes is put into the response cache, where the usual way of asking finds it. Not for: that way
// (client.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "calls.hpp"
#include "response_cache.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::lm {

/// Where a model's batches keep their affairs.
struct BatchSetting {
  std::filesystem::path folder;  ///< batches.json, and files on their way
  double poll_s = 15;            ///< how often the provider is asked how far it is
};

class Batches {
 public:
  static constexpr const char* file_name = "batches.json";
  /// Requests in one batch at most, as providers have it.
  static constexpr std::size_t most_requests = 50'000;
  static constexpr std::size_t most_bytes = std::size_t{90} << 20U;
  /// Of a batch's answers, which go to the disk and are read a line at a time: 160 KiB each where a batch is full.
  static constexpr std::uint64_t most_answer_bytes = std::uint64_t{8} << 30U;

  /// All outlive it.
  Batches(const HttpPlace& place, const BatchSetting& setting, ResponseCache& cache, UsageLedger& ledger);

  /// Waits for what earlier runs submitted, and takes it. Nothing is submitted twice: a batch is written down before
  /// its answers are waited for.
  void collect();
  /// Submits the jobs, waits, and takes what came. Single requests may fail in it: those stay out of the cache. Throws
  /// `Error`: the endpoint refuses, or ends the batch without an answer; stopped on a stop request, while the provider
  /// goes on.
  void submit_and_collect(std::span<const HttpJob> jobs);

 private:
  struct Submitted {
    std::string id;
    std::uint64_t requests = 0;
    std::set<std::string> asked;  ///< names of its requests; none where an earlier version wrote the batch down

    bool may_answer(const std::string& request) const { return asked.empty() || asked.contains(request); }
  };
  std::vector<Submitted> read_submitted() const;
  void write_submitted(const std::vector<Submitted>& submitted) const;
  /// Polls until it is over.
  data::Json wait_for(const std::string& id, std::uint64_t requests) const;
  std::string way_out() const;
  void take_lines(const std::string& file_id, const Submitted& batch);
  /// False where it answers a request that the batch does not have: an endpoint must not fill the cache with others.
  bool take_line(const std::string& text, const std::string& where, const Submitted& batch);
  void take(const std::string& request, const data::Json& line);
  void note(const std::string& text, Level level = Level::info) const;

  const HttpPlace& place_;
  const BatchSetting& setting_;
  ResponseCache& cache_;
  UsageLedger& ledger_;
  HttpCalls calls_;
};

}  // namespace udrl::lm
