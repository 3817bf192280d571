// What an answer costs: latency one request at a time and with many clients, tokens a second, memory, size. Not for:
// how good it is (measure.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "systems/open_system.hpp"
#include "udrl/data/record.hpp"

namespace udrl::eval {

/// So many clients, each with one request at a time, the next as soon as it is answered; few-shot prefix already
/// computed, as a warm server would.
struct Latency {
  int clients = 1, threads = 0;
  int requests = 0;
  double p50_s = 0, p95_s = 0;              ///< whole answer
  double first_p50_s = 0, first_p95_s = 0;  ///< first token
  double tokens_per_s = 0;                  ///< generated tokens of all clients, while all have a request
};

/// From the seconds until each request's whole answer, and until its first token; on the threads that compute now.
Latency latency_of(int clients, const std::vector<double>& whole, const std::vector<double>& first,
                   double tokens_per_s);

/// Many requests at once.
struct ServedBatch {
  int slots = 0;
  std::uint64_t requests = 0, tokens = 0;
  double seconds = 0;
  double tokens_per_s() const { return seconds > 0 ? static_cast<double>(tokens) / seconds : 0; }
};

/// The best of n answers, one request at a time: n answers at once, and the ranker's choice among them.
struct BestOfCost {
  int n = 0;
  std::string identity;  ///< `ranker_identity` (best_of_cost.hpp)
  lm::ModelInfo ranker;  ///< the embedder, the student's own critic, or both together
  Latency latency;       ///< all threads; the first token is of no use to anybody
  Latency one_thread;    ///< the same where there is but one
};

struct Cost {
  std::string row;                 ///< that was timed: other ways of asking the same model may take longer
  std::string identity;            ///< `cost_identity`
  int asked_requests = 0;          ///< `CostOptions::latency_requests`
  std::vector<int> asked_clients;  ///< `CostOptions::clients`
  lm::ModelInfo model;
  std::uint64_t file_bytes = 0;
  std::uint64_t peak_bytes = 0;  ///< resident memory that opening and answering one at a time added; 0: unknown
  std::string processor;         ///< what all figures here were measured on
  int threads = 0;
  Latency latency;                    ///< one client, all threads
  std::vector<Latency> loads;         ///< one client on one thread; and each number of clients that was asked for
  std::optional<BestOfCost> best_of;  ///< students that are asked for it
  std::optional<ServedBatch> batch;
};

data::Json to_json(const Cost& cost);
/// Throws `Error` (user) for a missing or wrong field.
Cost cost_from_json(const data::Json& json);

/// The cases that a row's latency is measured on: for each task the first ones that share the task's commonest prefix,
/// again from the first where they are fewer than its share of `requests`.
std::vector<Case> latency_cases(const OpenSystem& system, const Row& row, const CaseSet& set, int requests);
/// What is asked, and how often.
struct CostWork {
  const System& system;
  const std::vector<task::Task>& tasks;
  const CaseSet& set;
  const CostOptions& options;
  const lm::ModelOptions& ranker;  ///< the embedder that chooses, where the critic alone does not
  std::uint64_t seed;
};
/// What a system's costs depend on beside the machine: its model, its table of ideas, and how its first row is asked.
std::string cost_identity(const System& system);
/// Opens the system, once for each load, and measures. Throws `stopped_error` when a stop is requested.
Cost measure_cost(const CostWork& work);

/// What was measured before, if it is of the same models, processor, threads and number of requests. Nothing, and a
/// note to the observer, where the file cannot be read.
std::optional<Cost> read_cost(const std::filesystem::path& file, const System& system, const CostOptions& options,
                              const lm::ModelOptions& ranker, Observer& observer);

}  // namespace udrl::eval
