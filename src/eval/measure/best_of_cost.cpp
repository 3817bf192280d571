// Timing a request whose answers are written together and then ranked.
#include "best_of_cost.hpp"

#include <algorithm>
#include <chrono>

#include "compute_threads.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/inference/ranker.hpp"
#include "udrl/student/critic.hpp"

namespace udrl::eval {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// As a model that is read with: a weight for each value of the state, and one for the log-probability.
lm::ModelInfo critic_info(const System& system) {
  const auto file = critic_of(system);
  lm::ModelInfo info;
  info.name = "its own critic";
  info.architecture = "linear";
  info.quantization = "F64";
  info.parameters = student::load_critic(file).state.size() + 1;
  info.file_bytes = std::filesystem::file_size(file);
  info.sha256 = sha256_file(file);
  return info;
}

/// Two that choose together, as one.
lm::ModelInfo together(lm::ModelInfo critic, const lm::ModelInfo& embedder) {
  critic.name += " and " + embedder.name;
  critic.architecture += " + " + embedder.architecture;
  critic.quantization += " + " + embedder.quantization;
  critic.parameters += embedder.parameters;
  critic.file_bytes += embedder.file_bytes;
  critic.context = embedder.context;
  critic.sha256 += " + " + embedder.sha256;
  return critic;
}

/// A student and its ranker, open.
class BestOf {
 public:
  BestOf(const CostWork& work, const Row& row)
      : system_(open_system(work.system, work.tasks, {row.best_of, work.seed, {}, row.reads_critic()})),
        row_(row),
        draws_(asked_rows(row)) {
    if (row.reads_embedder()) embedder_.emplace(work.ranker, static_cast<std::size_t>(row.best_of));
  }

  lm::ModelInfo ranker(const System& system) const {
    if (!row_.reads_critic()) return embedder_->info();
    return embedder_ ? together(critic_info(system), embedder_->info()) : critic_info(system);
  }

  Latency latency(const CostWork& work) {
    const auto cases = latency_cases(*system_, row_, work.set, work.options.latency_requests);
    answer(cases.front());  // contexts are made at the first
    std::vector<double> whole;
    double tokens = 0, seconds = 0;
    for (const Case& c : cases) {
      const auto start = Clock::now();
      tokens += answer(c);
      whole.push_back(seconds_since(start));
      seconds += whole.back();
    }
    return latency_of(1, whole, whole, seconds > 0 ? tokens / seconds : 0);
  }

 private:
  /// The tokens that were written for it.
  int answer(const Case& c) {
    std::vector<lm::Request> requests;
    for (const Row& draw : draws_) requests.push_back(system_->request(draw, c));
    const auto heat = row_.reads_critic() ? system_->heat(row_.best_of) : nullptr;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      requests[i].id = std::to_string(i);
      if (heat) requests[i].written = runs_in(heat, i);
    }
    int tokens = 0;
    std::vector<inference::Draft> drafts;
    for (const lm::Completion& one : lm::complete_all(system_->model(), requests)) {
      tokens += one.tokens;
      drafts.push_back(one.finish == lm::Finish::cancelled
                           ? inference::given_up()
                           : inference::Draft{system_->kept(c, one.text), true, system_->worth(one).value_or(0)});
    }
    if (embedder_) embedder_->ranker().best(c.intent.intent, drafts, 1);
    else inference::best_by_worth(drafts, 1);
    return tokens;
  }

  std::unique_ptr<OpenSystem> system_;
  std::optional<inference::OpenRanker> embedder_;  ///< where it chooses, or helps to
  const Row& row_;
  std::vector<Row> draws_;
};

}  // namespace

const Row* best_of_row(const System& system) {
  if (!system.is_student) return nullptr;
  const auto row = std::find_if(system.rows.begin(), system.rows.end(), [](const Row& r) { return r.best_of > 1; });
  return row == system.rows.end() ? nullptr : &*row;
}

std::string ranker_identity(const System& system, const Row& row, const lm::ModelOptions& embedder) {
  const std::string critic = row.reads_critic() ? "critic " + sha256_file(critic_of(system)) : "";
  if (!row.reads_embedder()) return critic;
  return critic.empty() ? identity_of(embedder) : critic + " + " + identity_of(embedder);
}

std::optional<BestOfCost> measure_best_of(const CostWork& work) {
  const Row* row = best_of_row(work.system);
  if (row == nullptr) return std::nullopt;
  BestOfCost cost;
  cost.n = row->best_of;
  cost.identity = ranker_identity(work.system, *row, work.ranker);
  {
    BestOf both(work, *row);
    cost.ranker = both.ranker(work.system);
    cost.latency = both.latency(work);
  }
  cost.one_thread = cost.latency;
  if (compute_threads() == 1) return cost;
  const ComputeThreads one(1);
  cost.one_thread = BestOf(work, *row).latency(work);
  return cost;
}

}  // namespace udrl::eval
