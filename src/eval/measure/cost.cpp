// Measuring latency and memory.
#include "cost.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "best_of_cost.hpp"
#include "compute_threads.hpp"
#include "measured_file.hpp"
#include "systems/answers.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/score/statistics.hpp"
#include "udrl/student/ideas.hpp"

namespace udrl::eval {

using data::Fields, score::quantile;

namespace {

namespace fs = std::filesystem;

/// A figure of /proc/self/status in bytes; 0 where there is none.
std::uint64_t process_memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(name + ":", 0) != 0) continue;
    std::istringstream fields(line.substr(name.size() + 1));
    std::uint64_t kib = 0;
    fields >> kib;
    return kib * 1024;
  }
  return 0;
}

/// The peak starts anew at what is resident now. False where the system does not allow it.
bool reset_peak_memory() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;
  return static_cast<bool>(file);
}

/// The beginning of each prefix group warms it: as many requests as there are clients pay for the prefix, and do not
/// count.
class LatencyRun {
 public:
  LatencyRun(OpenSystem& system, const Row& row, const std::vector<Case>& cases, int clients) : clients_(clients) {
    for (std::size_t begin = 0; begin < cases.size();) {
      std::size_t end = begin;
      while (end < cases.size() && system.prefix_group(row, cases[end]) == system.prefix_group(row, cases[begin]))
        ++end;
      const std::size_t size = end - begin;
      for (int i = 0; i < clients; ++i)
        add(system.request(row, cases[begin + static_cast<std::size_t>(i) % size]), false);
      for (std::size_t i = begin; i < end; ++i) add(system.request(row, cases[i]), true);
      begin = end;
    }
  }

  Latency run(lm::LanguageModel& model) {
    std::size_t position = 0;
    const auto next = [&]() -> std::optional<lm::Request> {
      if (position == requests_.size()) return std::nullopt;
      return requests_[position++].request;
    };
    model.complete(next, [&](const lm::Completion& done) { take(done); });
    check_stop("evaluation stopped while latency was measured", "run the same command again");
    if (whole_.empty()) throw failure("no request could be timed").got(refused_).hint(lm::endpoint_hint);
    // each client waits for its own alone
    return latency_of(clients_, whole_, first_, seconds_ > 0 ? clients_ * tokens_ / seconds_ : 0);
  }

 private:
  struct Timed {
    lm::Request request;
    bool counts;
  };

  void add(lm::Request request, bool counts) {
    request.id = std::to_string(requests_.size());
    requests_.push_back({std::move(request), counts});
  }

  void take(const lm::Completion& done) {
    if (done.finish == lm::Finish::error) refused_ = done.cause + ": " + done.text;
    if (done.finish == lm::Finish::error || done.finish == lm::Finish::filtered) return;  // a refusal is fast
    if (!requests_[std::stoul(done.id)].counts) return;
    whole_.push_back(done.seconds);
    first_.push_back(done.first_token_s);
    tokens_ += done.tokens;
    seconds_ += done.seconds;
  }

  int clients_;
  std::vector<Timed> requests_;
  std::vector<double> whole_, first_;
  double tokens_ = 0, seconds_ = 0;
  std::string refused_;
};

/// Of the group that most cases of a task are in.
std::vector<Case> commonest_group(const OpenSystem& system, const Row& row, const CaseSet& set, std::size_t task) {
  std::map<std::size_t, std::vector<Case>> groups;
  for (const Case& c : set.cases)
    if (c.task_index == task) groups[system.prefix_group(row, c)].push_back(c);
  const auto largest = std::max_element(groups.begin(), groups.end(),
                                        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  return largest == groups.end() ? std::vector<Case>{} : largest->second;
}

/// Hashes the file. A student's table counts among its parameters.
lm::ModelInfo model_of(OpenSystem& open, const System& system) {
  lm::ModelInfo model = open.model().info();
  if (const auto ideas = ideas_of(system); !ideas.empty()) model.parameters += student::Ideas::load(ideas).parameters();
  return model;
}

/// Of every system as many requests, the same share of each task; those of its commonest prefix, again where they are
/// few.
Latency measure_load(OpenSystem& open, const System& system, const CaseSet& set, int requests, int clients) {
  const auto cases = latency_cases(open, system.rows.front(), set, std::max(requests, 4 * clients));
  const Latency latency = LatencyRun(open, system.rows.front(), cases, clients).run(open.model());
  check_stop("evaluation stopped while measuring the latency of " + system.title,
             "run the same command again: it goes on from there");
  return latency;
}

data::Json to_json(const Latency& l) {
  return {{"clients", l.clients},
          {"threads", l.threads},
          {"requests", l.requests},
          {"p50_s", l.p50_s},
          {"p95_s", l.p95_s},
          {"first_p50_s", l.first_p50_s},
          {"first_p95_s", l.first_p95_s},
          {"tokens_per_s", l.tokens_per_s}};
}

Latency latency_from_json(const data::Json& json) {
  const Fields l(json, "latency");
  return {l.integer("clients"), l.integer("threads"),    l.integer("requests"),   l.number("p50_s"),
          l.number("p95_s"),    l.number("first_p50_s"), l.number("first_p95_s"), l.number("tokens_per_s")};
}

data::Json to_json(const lm::ModelInfo& model) {
  return {{"name", model.name},
          {"architecture", model.architecture},
          {"quantization", model.quantization},
          {"parameters", model.parameters},
          {"context", model.context},
          {"sha256", model.sha256}};
}

lm::ModelInfo model_from_json(const data::Json& json, std::uint64_t file_bytes) {
  const Fields m(json, "model");
  return {m.text("name"), m.text("architecture"), m.text("quantization"), m.natural("parameters"), m.integer("context"),
          file_bytes,     m.text("sha256")};
}

data::Json to_json(const BestOfCost& b) {
  return {{"n", b.n},
          {"identity", b.identity},
          {"ranker", to_json(b.ranker)},
          {"ranker_bytes", b.ranker.file_bytes},
          {"latency", to_json(b.latency)},
          {"one_thread", to_json(b.one_thread)}};
}

BestOfCost best_of_from_json(const data::Json& json) {
  const Fields b(json, "best of n");
  return {b.integer("n"), b.text("identity"), model_from_json(b.object("ranker"), b.natural("ranker_bytes")),
          latency_from_json(b.object("latency")), latency_from_json(b.object("one_thread"))};
}

/// The same ranker and n, where the best of n is asked for at all.
bool same_best_of(const std::optional<BestOfCost>& known, const System& system, const lm::ModelOptions& ranker) {
  const Row* row = best_of_row(system);
  return row == nullptr ||
         (known && known->n == row->best_of && known->identity == ranker_identity(system, *row, ranker));
}

ServedBatch batch_from_json(const data::Json& json) {
  const Fields b(json, "batch");
  return {b.integer("slots"), b.natural("requests"), b.natural("tokens"), b.number("seconds")};
}

}  // namespace

data::Json to_json(const Cost& c) {
  data::Json json = {{"row", c.row},
                     {"identity", c.identity},
                     {"asked_requests", c.asked_requests},
                     {"asked_clients", c.asked_clients},
                     {"model", to_json(c.model)},
                     {"file_bytes", c.file_bytes},
                     {"peak_bytes", c.peak_bytes},
                     {"processor", c.processor},
                     {"threads", c.threads},
                     {"latency", to_json(c.latency)},
                     {"loads", data::Json::array()}};
  for (const Latency& load : c.loads) json["loads"].push_back(to_json(load));
  if (c.best_of) json["best_of"] = to_json(*c.best_of);
  if (c.batch)
    json["batch"] = {{"slots", c.batch->slots},
                     {"requests", c.batch->requests},
                     {"tokens", c.batch->tokens},
                     {"seconds", c.batch->seconds},
                     {"tokens_per_s", c.batch->tokens_per_s()}};
  return json;
}

Cost cost_from_json(const data::Json& json) {
  const Fields fields(json, "file of costs");
  Cost cost;
  cost.identity = fields.text("identity");
  cost.row = fields.text("row");
  cost.asked_requests = fields.integer("asked_requests");
  cost.asked_clients = fields.whole_numbers("asked_clients");
  cost.file_bytes = fields.natural("file_bytes");
  cost.model = model_from_json(fields.object("model"), cost.file_bytes);
  cost.peak_bytes = fields.natural("peak_bytes");
  cost.processor = fields.text("processor");
  cost.threads = fields.integer("threads");
  cost.latency = latency_from_json(fields.object("latency"));
  for (const auto& load : fields.list("loads")) cost.loads.push_back(latency_from_json(load));
  if (fields.has("best_of")) cost.best_of = best_of_from_json(fields.object("best_of"));
  if (fields.has("batch")) cost.batch = batch_from_json(fields.object("batch"));
  return cost;
}

Latency latency_of(int clients, const std::vector<double>& whole, const std::vector<double>& first,
                   double tokens_per_s) {
  return {clients,
          compute_threads(),
          static_cast<int>(whole.size()),
          quantile(whole, 0.5),
          quantile(whole, 0.95),
          quantile(first, 0.5),
          quantile(first, 0.95),
          tokens_per_s};
}

std::vector<Case> latency_cases(const OpenSystem& system, const Row& row, const CaseSet& set, int requests) {
  std::vector<Case> chosen;
  const auto tasks = static_cast<int>(set.tasks.size());
  for (int t = 0; t < tasks; ++t) {
    auto group = commonest_group(system, row, set, static_cast<std::size_t>(t));
    const int share = requests / tasks + (t < requests % tasks ? 1 : 0);
    for (std::size_t i = 0; i < static_cast<std::size_t>(share) && !group.empty(); ++i)
      chosen.push_back(group[i % group.size()]);
  }
  return chosen;
}

std::string cost_identity(const System& system) {
  const auto ideas = ideas_of(system);
  const data::Manifest asked = answers_manifest(system.rows.front(), {identity_of(system.model), {}, 0, ""});
  return content_id(
      {identity_of(system.model), data::json_line(asked.config), ideas.empty() ? std::string() : sha256_file(ideas)});
}

Cost measure_cost(const CostWork& work) {
  const CostOptions& options = work.options;
  const bool can_measure_peak = reset_peak_memory();
  const std::uint64_t before = process_memory("VmRSS");
  Cost cost;
  const auto measure = [&](int clients) {
    const auto open = open_system(work.system, work.tasks, {clients, work.seed});
    const Latency latency = measure_load(*open, work.system, work.set, work.options.latency_requests, clients);
    if (cost.model.name.empty()) cost.model = model_of(*open, work.system);
    return latency;
  };
  cost.latency = measure(1);
  const std::uint64_t peak = process_memory("VmHWM");
  cost.peak_bytes = can_measure_peak && peak > before ? peak - before : 0;
  if (compute_threads() > 1) {
    const ComputeThreads one(1);
    cost.loads.push_back(measure(1));
  }
  for (const int clients : options.clients) cost.loads.push_back(measure(clients));
  cost.best_of = measure_best_of(work);
  cost.row = work.system.rows.front().name;
  cost.identity = cost_identity(work.system);
  cost.asked_requests = options.latency_requests;
  cost.asked_clients = options.clients;
  cost.file_bytes = cost.model.file_bytes;
  cost.processor = processor_description();
  cost.threads = compute_threads();
  return cost;
}

std::optional<Cost> read_cost(const fs::path& file, const System& system, const CostOptions& options,
                              const lm::ModelOptions& ranker, Observer& observer) {
  auto cost = read_measured(file, observer, cost_from_json);
  if (!cost) return std::nullopt;
  const bool same = cost->row == system.rows.front().name && cost->identity == cost_identity(system) &&
                    cost->processor == processor_description() && cost->threads == compute_threads() &&
                    cost->asked_requests == options.latency_requests && cost->asked_clients == options.clients &&
                    same_best_of(cost->best_of, system, ranker);
  if (best_of_row(system) == nullptr) cost->best_of.reset();
  return same ? cost : std::nullopt;
}

}  // namespace udrl::eval
