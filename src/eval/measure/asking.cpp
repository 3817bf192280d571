// Asking system by system; costs before answers.
#include "asking.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::eval {
namespace {

/// A run hardly longer than its beginning and its end says nothing about the speed between them.
bool tells_throughput(const ServedBatch& batch) { return batch.requests >= 2 * static_cast<unsigned>(batch.slots); }

std::vector<Row> asked_rows(const System& system) {
  std::vector<Row> out;
  for (const Row& row : system.rows)
    for (Row& one : eval::asked_rows(row)) out.push_back(std::move(one));
  return out;
}

void save(const Cost& cost, const std::filesystem::path& file) {
  make_folder(file.parent_path());
  data::write_json(file, to_json(cost));
}

}  // namespace

void Asking::run() {
  open_caches();
  for (const System& system : prepared_.systems) ask(system);
}

std::vector<SystemAnswer> Asking::answers(const Row& row) const {
  std::vector<SystemAnswer> out;
  for (const Case& c : prepared_.set.cases) out.push_back(caches_.at(row.name).at(c));
  return out;
}

std::vector<FailedRequests> Asking::failures() const {
  std::vector<FailedRequests> out;
  for (const System& system : prepared_.systems)
    for (const Row& row : asked_rows(system))
      for (FailedRequests failed : caches_.at(row.name).failures()) {
        failed.row = row.title;
        out.push_back(std::move(failed));
      }
  return out;
}

CaseSet Asking::answered_cases() const {
  std::set<std::string> failed;
  for (const auto& [name, cache] : caches_) failed.insert(cache.failed_cases().begin(), cache.failed_cases().end());
  if (failed.empty()) return prepared_.set;
  CaseSet set = without_intents_of(prepared_.set, failed);
  if (set.main().intents > 0) return set;
  throw failure("no request was answered by every system").got(to_text(failures().front())).hint(lm::endpoint_hint);
}

void Asking::open_caches() {
  for (const System& system : prepared_.systems) {
    AnswerIdentity identity{prepared_.hashes.at("model " + system.name), prepared_.task_hashes, options_.seed,
                            context_.command_line};
    if (system.is_student) {
      identity.inputs.merge(student_inputs(system));
      identity.inputs["commands.json of the lengths"] = prepared_.hashes.at("commands student");
    }
    for (const Row& row : asked_rows(system)) {
      const AnswerIdentity own = with_critic(identity, system, row);
      caches_.try_emplace(row.name, options_.out / "outputs" / folder_name(row, own), answers_manifest(row, own));
    }
  }
}

/// Of one system alone: the speed of another tells nothing about the time left.
Progress Asking::progress_of(const System& system) const {
  Progress progress{"answer", "answers", 0, 0, 0, system.short_title};
  for (const Row& row : asked_rows(system)) {
    const AnswerCache& cache = caches_.at(row.name);
    for (const Case& c : prepared_.set.cases) progress.resumed += cache.has(c) ? 1 : 0;
    progress.total += prepared_.set.cases.size();
  }
  progress.done = progress.resumed;
  return progress;
}

std::vector<Row> Asking::unanswered(const System& system, bool critic) const {
  std::vector<Row> rows = asked_rows(system);
  std::erase_if(rows, [&](const Row& row) { return row.reads_critic() != critic; });
  const auto is_answered = [&](const Row& row) {
    const auto has = [&](const Case& c) { return caches_.at(row.name).has(c); };
    return std::all_of(prepared_.set.cases.begin(), prepared_.set.cases.end(), has);
  };
  // Drafts are asked together, or not at all.
  if (!critic || std::all_of(rows.begin(), rows.end(), is_answered)) std::erase_if(rows, is_answered);
  return rows;
}

void Asking::measure(const System& system) {
  Cost& cost = costs_[system.name];
  const std::filesystem::path file = cost_file(system);
  if (auto known = read_cost(file, system, options_.costs, options_.scorers.embedder, context_.observer)) {
    cost = std::move(*known);
  } else {
    context_.observer.note(Level::info, "measuring latency and memory of " + system.title);
    cost = measure_cost(
        {system, prepared_.tasks, prepared_.set, options_.costs, options_.scorers.embedder, options_.seed});
    save(cost, file);
  }
  if (system.parameters > 0) cost.model.parameters = system.parameters;
}

void Asking::ask(const System& system) {
  const bool is_replicate = !system.replicate_of.empty();
  if (!is_replicate) measure(system);
  if (const auto rows = unanswered(system, false); !rows.empty()) {
    const ServedBatch batch = answer_rows(system, rows);
    if (!is_replicate && tells_throughput(batch)) keep(batch, system);
  }
  // apart: what the critic reads takes time that is none of the student's throughput
  if (const auto rows = unanswered(system, true); !rows.empty()) answer_rows(system, rows);
}

void Asking::keep(const ServedBatch& batch, const System& system) {
  Cost& cost = costs_.at(system.name);
  if (cost.batch && cost.batch->requests > batch.requests) return;
  cost.batch = batch;
  save(cost, cost_file(system));
}

ServedBatch Asking::answer_rows(const System& system, const std::vector<Row>& rows) {
  const bool critic = rows.front().reads_critic();
  const auto open =
      open_system(system, prepared_.tasks, {options_.slots, options_.seed, {&context_.observer, options_.out}, critic});
  ServedBatch batch{options_.slots, 0, 0, 0};
  Progress progress = progress_of(system);
  const auto answered = [&] {
    ++batch.requests;
    ++progress.done;
    context_.observer.progress(progress);
  };
  std::vector<AskedRow> asked;
  for (const Row& row : rows) asked.push_back({&row, &caches_.at(row.name)});
  const std::vector<Case>& cases = prepared_.set.cases;
  const auto throughput = ask_missing(*open, asked, cases, answered);
  batch.tokens = throughput.generated_tokens;
  batch.seconds = throughput.seconds;
  for (const AskedRow& row : asked)
    row.cache->close(std::all_of(cases.begin(), cases.end(), [&](const Case& c) { return row.cache->has(c); }));
  check_stop("evaluation stopped after " + std::to_string(progress.done) + " of " + std::to_string(progress.total) +
                 " answers of " + system.title,
             go_on);
  return batch;
}

}  // namespace udrl::eval
