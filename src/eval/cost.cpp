// Measuring latency and memory.
#include "udrl/eval/cost.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/score/statistics.hpp"

namespace udrl::eval {

using score::quantile;

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

/// One request at a time. The first of each prefix group is asked twice, and only its second answer counts: the first
/// one pays for the prefix.
class LatencyRun {
 public:
  LatencyRun(OpenSystem& system, const Row& row, const std::vector<Case>& cases) {
    std::optional<std::size_t> group;
    for (const Case& c : cases) {
      lm::Request request = system.request(row, c);
      if (group != system.prefix_group(c)) {
        group = system.prefix_group(c);
        requests_.push_back({request, false});
      }
      requests_.push_back({std::move(request), true});
    }
    for (std::size_t i = 0; i < requests_.size(); ++i) requests_[i].request.id = std::to_string(i);
  }

  Latency run(lm::LanguageModel& model) {
    std::size_t position = 0;
    const auto next = [&]() -> std::optional<lm::Request> {
      if (position == requests_.size()) return std::nullopt;
      return requests_[position++].request;
    };
    model.complete(next, [&](const lm::Completion& done) { take(done); });
    Latency latency{static_cast<int>(whole_.size()), quantile(whole_, 0.5),  quantile(whole_, 0.95),
                    quantile(first_, 0.5),           quantile(first_, 0.95), 0};
    latency.tokens_per_s = seconds_ > 0 ? tokens_ / seconds_ : 0;
    return latency;
  }

 private:
  struct Timed {
    lm::Request request;
    bool counts;
  };

  void take(const lm::Completion& done) {
    if (!requests_[std::stoul(done.id)].counts) return;
    whole_.push_back(done.seconds);
    first_.push_back(done.first_token_s);
    tokens_ += done.tokens;
    seconds_ += done.seconds;
  }

  std::vector<Timed> requests_;
  std::vector<double> whole_, first_;
  double tokens_ = 0, seconds_ = 0;
};

/// Of the group that most cases of a task are in.
std::vector<Case> commonest_group(const OpenSystem& system, const CaseSet& set, std::size_t task) {
  std::map<std::size_t, std::vector<Case>> groups;
  for (const Case& c : set.cases)
    if (c.task_index == task) groups[system.prefix_group(c)].push_back(c);
  const auto largest = std::max_element(groups.begin(), groups.end(),
                                        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  return largest == groups.end() ? std::vector<Case>{} : largest->second;
}

}  // namespace

data::Json to_json(const Cost& c) {
  data::Json json = {{"identity", c.identity},
                     {"asked_requests", c.asked_requests},
                     {"model",
                      {{"name", c.model.name},
                       {"architecture", c.model.architecture},
                       {"quantization", c.model.quantization},
                       {"parameters", c.model.parameters},
                       {"context", c.model.context},
                       {"sha256", c.model.sha256}}},
                     {"file_bytes", c.file_bytes},
                     {"peak_bytes", c.peak_bytes},
                     {"processor", c.processor},
                     {"threads", c.threads},
                     {"latency",
                      {{"requests", c.latency.requests},
                       {"p50_s", c.latency.p50_s},
                       {"p95_s", c.latency.p95_s},
                       {"first_p50_s", c.latency.first_p50_s},
                       {"first_p95_s", c.latency.first_p95_s},
                       {"tokens_per_s", c.latency.tokens_per_s}}}};
  if (c.batch)
    json["batch"] = {{"slots", c.batch->slots},
                     {"requests", c.batch->requests},
                     {"tokens", c.batch->tokens},
                     {"seconds", c.batch->seconds},
                     {"tokens_per_s", c.batch->tokens_per_s()}};
  return json;
}

Cost cost_from_json(const data::Json& json) try {
  const auto& m = json.at("model");
  const auto& l = json.at("latency");
  Cost cost;
  cost.identity = json.at("identity");
  cost.asked_requests = json.at("asked_requests");
  cost.file_bytes = json.at("file_bytes");
  cost.model = {m.at("name"),    m.at("architecture"), m.at("quantization"), m.at("parameters"),
                m.at("context"), cost.file_bytes,      m.at("sha256")};
  cost.peak_bytes = json.at("peak_bytes");
  cost.processor = json.at("processor");
  cost.threads = json.at("threads");
  cost.latency = {l.at("requests"),    l.at("p50_s"),       l.at("p95_s"),
                  l.at("first_p50_s"), l.at("first_p95_s"), l.at("tokens_per_s")};
  if (json.contains("batch")) {
    const auto& b = json.at("batch");
    cost.batch = Batch{b.at("slots"), b.at("requests"), b.at("tokens"), b.at("seconds")};
  }
  return cost;
} catch (const data::Json::exception& error) {
  throw user_error("not a file of costs").got(error.what()).hint("remove it: it is measured again");
}

std::vector<Case> latency_cases(const OpenSystem& system, const CaseSet& set, int requests) {
  std::vector<Case> chosen;
  const auto tasks = static_cast<int>(set.tasks.size());
  for (int t = 0; t < tasks; ++t) {
    auto group = commonest_group(system, set, static_cast<std::size_t>(t));
    const int share = requests / tasks + (t < requests % tasks ? 1 : 0);
    group.resize(std::min(group.size(), static_cast<std::size_t>(share)));
    chosen.insert(chosen.end(), group.begin(), group.end());
  }
  return chosen;
}

Cost measure_cost(const System& system, const std::vector<distill::Task>& tasks, const CaseSet& set,
                  const EvalOptions& options) {
  const bool can_measure_peak = reset_peak_memory();
  const std::uint64_t before = process_memory("VmRSS");
  const auto open = open_system(system, tasks, {1, options.seed});
  const auto cases = latency_cases(*open, set, options.latency_requests);
  Cost cost;
  cost.identity = identity_of(system.model);
  cost.asked_requests = options.latency_requests;
  cost.latency = LatencyRun(*open, system.rows.front(), cases).run(open->model());
  check_stop("evaluation stopped while measuring the latency of " + system.title,
             "run the same command again: it goes on from there");
  const std::uint64_t peak = process_memory("VmHWM");
  cost.peak_bytes = can_measure_peak && peak > before ? peak - before : 0;
  cost.model = open->model().info();
  cost.file_bytes = cost.model.file_bytes;
  cost.processor = processor_description();
  cost.threads = compute_threads();
  return cost;
}

std::optional<Cost> read_cost(const fs::path& file, const System& system, const EvalOptions& options) {
  if (!fs::exists(file)) return std::nullopt;
  const auto json = data::Json::parse(read_file(file), nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  Cost cost = cost_from_json(json);
  const bool same = cost.identity == identity_of(system.model) && cost.processor == processor_description() &&
                    cost.threads == compute_threads() && cost.asked_requests == options.latency_requests;
  return same ? std::optional<Cost>(cost) : std::nullopt;
}

}  // namespace udrl::eval
