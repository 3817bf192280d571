// The order of an evaluation: prepare, ask what is not cached, measure, compare, write.
#include "udrl/eval/evaluate.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/eval/compare.hpp"
#include "udrl/eval/ledger.hpp"
#include "udrl/eval/report.hpp"

namespace udrl::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* go_on = "run the same command again: it goes on from there";

/// What everything is asked about, read and checked before a model is opened.
struct Prepared {
  std::vector<System> systems;
  std::vector<distill::Task> tasks;
  CaseSet set;
  std::string reference;
  std::map<std::string, std::string> hashes;
  Openings openings;
};

std::string hash_of(const distill::Task& task) {
  std::string text = task.name + "\n" + task.instructions;
  for (const int n : {task.max_tokens, task.min_words, task.max_words, task.subsets, task.shots})
    text.append("\n").append(std::to_string(n));
  for (const auto& example : task.examples) text.append("\n").append(example.id);
  return sha256(text);
}

std::vector<distill::Task> tasks_of(const EvalOptions& options, const command::Fitted& fitted) {
  std::vector<std::string> names = options.tasks;
  if (names.empty())
    for (const auto& task : fitted.tasks) names.push_back(task.name);
  return distill::load_tasks(options.tasks_folder, names);
}

void require_files(const EvalOptions& options, const std::vector<System>& systems) {
  const auto require = [](const fs::path& file, const std::string& what, const std::string& hint) {
    if (!fs::exists(file)) throw user_error(what + " is not there").at(file.string()).hint(hint);
  };
  require(options.student / "student.gguf", "the student", "name the folder that udrl-train has finished");
  require(options.student / "commands.json", "what the student can be asked",
          "name the folder that udrl-train has finished");
  require(options.tagged / options.split, "the " + options.split + " split",
          "name the folder that udrl-distill tag wrote");
  for (const System& system : systems)
    if (!system.model.gguf.empty())
      require(system.model.gguf, "the model of " + system.title,
              "run scripts/setup.sh, or correct [model] of its systems file");
}

std::unique_ptr<lm::LanguageModel> open_embedder(const EvalOptions& options) {
  lm::ModelOptions embedder = options.embedder;
  embedder.embedding = true;
  return lm::open_model(embedder);
}

Prepared prepare(const EvalOptions& options) {
  Prepared p;
  p.systems = load_systems(options);
  require_files(options, p.systems);
  const std::string any = "a";
  open_embedder(options)->embed({&any, 1});  // it measures last, but a wrong one is said first
  p.reference = reference_row(p.systems, options.reference);
  const auto fitted = command::load(options.student / "commands.json");
  p.tasks = tasks_of(options, fitted);
  auto all = read_split_intents(options.tagged / options.split);
  check_unseen(all, options.tagged / "train");
  const CaseOptions choose{static_cast<std::size_t>(options.intents), options.seed};
  p.set = make_cases(choose_intents(std::move(all), choose), p.tasks, fitted, choose);
  for (const auto& task : p.tasks) p.hashes["task " + task.name] = hash_of(task);
  p.hashes["commands.json"] = sha256_file(options.student / "commands.json");
  p.hashes["test split"] = data::hash_input(options.tagged / options.split);
  if (data::has_manifest(options.tagged)) p.hashes["tagged manifest"] = sha256_file(options.tagged / "manifest.json");
  for (const System& system : p.systems) p.hashes["model " + system.name] = model_identity(system);
  if (options.split == "test")
    p.openings = record_opening(options.tagged, p.hashes["model student"], p.hashes["test split"]);
  return p;
}

/// Answers of all rows, from the cache or the models, with the costs of each system.
class Asking {
 public:
  Asking(const Prepared& prepared, const EvalOptions& options, const RunContext& context)
      : prepared_(prepared), options_(options), context_(context) {}

  void run() {
    open_caches();
    for (const System& system : prepared_.systems) ask(system);
  }

  std::vector<Answer> answers(const Row& row) const {
    std::vector<Answer> out;
    for (const Case& c : prepared_.set.cases) out.push_back(caches_.at(row.name).at(c));
    return out;
  }
  const std::map<std::string, Cost>& costs() const { return costs_; }

 private:
  void open_caches() {
    for (const System& system : prepared_.systems) {
      AnswerIdentity identity{prepared_.hashes.at("model " + system.name), {}, options_.seed, context_.command_line};
      for (const auto& task : prepared_.tasks)
        identity.inputs["task " + task.name] = prepared_.hashes.at("task " + task.name);
      if (system.is_student) identity.inputs["commands.json"] = prepared_.hashes.at("commands.json");
      for (const Row& row : system.rows) {
        caches_.try_emplace(row.name, options_.out / "outputs" / row.name, answers_manifest(row, identity));
      }
    }
  }

  /// Of one system alone: the speed of another tells nothing about the time left.
  Progress progress_of(const System& system) const {
    Progress progress{"answer", "prompts", 0, 0, 0, system.short_title};
    for (const Row& row : system.rows) {
      const AnswerCache& cache = caches_.at(row.name);
      for (const Case& c : prepared_.set.cases) progress.resumed += cache.has(c) ? 1 : 0;
      progress.total += prepared_.set.cases.size();
    }
    progress.done = progress.resumed;
    return progress;
  }

  bool is_complete(const Row& row) const {
    const auto& cases = prepared_.set.cases;
    return std::all_of(cases.begin(), cases.end(), [&](const Case& c) { return caches_.at(row.name).has(c); });
  }

  void ask(const System& system) {
    Cost& cost = costs_[system.name];
    const fs::path file = options_.out / "costs" / (system.name + ".json");
    if (auto known = read_cost(file, system, options_)) {
      cost = std::move(*known);
    } else {
      context_.observer.note(Level::info, "measuring latency and memory of " + system.title);
      cost = measure_cost(system, prepared_.tasks, prepared_.set, options_);
      save(cost, file);
    }
    if (system.parameters > 0) cost.model.parameters = system.parameters;
    if (std::all_of(system.rows.begin(), system.rows.end(), [&](const Row& row) { return is_complete(row); })) return;
    const Batch batch = answer_rows(system);
    if (!tells_throughput(batch) || (cost.batch && cost.batch->requests > batch.requests)) return;
    cost.batch = batch;
    save(cost, file);
  }

  /// A run hardly longer than its beginning and its end says nothing about the speed between them.
  static bool tells_throughput(const Batch& batch) { return batch.requests >= 2 * static_cast<unsigned>(batch.slots); }

  static void save(const Cost& cost, const fs::path& file) {
    make_folder(file.parent_path());
    write_file_atomic(file, to_json(cost).dump(2) + "\n");
  }

  Batch answer_rows(const System& system) {
    const auto open = open_system(system, prepared_.tasks, {options_.slots, options_.seed});
    Batch batch{options_.slots, 0, 0, 0};
    Progress progress = progress_of(system);
    for (const Row& row : system.rows) {
      const auto answered = [&] {
        ++batch.requests;
        ++progress.done;
        context_.observer.progress(progress);
      };
      const auto throughput = ask_missing(*open, row, prepared_.set.cases, caches_.at(row.name), answered);
      batch.tokens += throughput.generated_tokens;
      batch.seconds += throughput.seconds;
      caches_.at(row.name).close(is_complete(row));
      check_stop("evaluation stopped after " + std::to_string(progress.done) + " of " + std::to_string(progress.total) +
                     " answers of " + system.title,
                 go_on);
    }
    return batch;
  }

  const Prepared& prepared_;
  const EvalOptions& options_;
  const RunContext& context_;
  std::map<std::string, AnswerCache> caches_;
  std::map<std::string, Cost> costs_;
};

/// The arms' answers are made from what is there.
std::vector<Answer> arm_answers(const Row& row, const std::vector<Answer>& shuffled_from, const CaseSet& set,
                                std::uint64_t seed) {
  std::vector<Answer> out;
  if (row.name == shuffled_row) {
    for (const std::size_t i : derangement(set, seed)) out.push_back(shuffled_from[i]);
  } else {
    for (const Case& c : set.cases) out.push_back({c.intent.intent, "stop", 0, {}, {}});
  }
  return out;
}

std::vector<MeasuredRow> measure_all(const Prepared& p, const Asking& asking, const EvalOptions& options,
                                     const RunContext& context) {
  const auto embedder = open_embedder(options);
  std::vector<std::pair<Row, std::vector<Answer>>> rows;
  for (const System& system : p.systems)
    for (const Row& row : system.rows) rows.emplace_back(row, asking.answers(row));
  const std::string source = shuffled_source(p.systems);
  const auto shuffled_from =
      std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.first.name == source; })->second;
  for (const Row& row : arm_rows()) rows.emplace_back(row, arm_answers(row, shuffled_from, p.set, options.seed));

  std::vector<MeasuredRow> measured;
  Progress progress{"measure", "systems", 0, rows.size(), 0, ""};
  for (const auto& [row, answers] : rows) {
    measured.push_back({row, measure(answers, p.set.cases, p.tasks, *embedder)});
    ++progress.done;
    context.observer.progress(progress);
    check_stop("evaluation stopped while measuring", go_on);
  }
  return measured;
}

Lineage lineage_of(const Prepared& p, const EvalOptions& options, const RunContext& context) {
  Lineage lineage;
  lineage.version = version();
  lineage.command_line = context.command_line;
  lineage.processor = processor_description();
  lineage.scorer = options.embedder.name.empty() ? options.embedder.gguf.stem().string() : options.embedder.name;
  lineage.config = data::Json::parse(context.config_json);
  lineage.hashes = p.hashes;
  if (!options.embedder.gguf.empty()) lineage.hashes["model " + lineage.scorer] = sha256_file(options.embedder.gguf);
  lineage.test_openings = p.openings.times;
  lineage.test_students = p.openings.students;
  return lineage;
}

data::Json measured_line(const Case& c, const Row& row, const Measured& m) {
  data::Json json = to_json(m.answer, c);
  json["row"] = row.name;
  json["subject"] = c.intent.subject;
  json["broken_rule"] = m.broken_rule;
  json["relevance"] = m.relevance;
  json["relevance_masked"] = m.masked;
  json["copying"] = m.copying;
  json["words"] = m.words;
  return json;
}

void write_all(const Results& results, const EvalOptions& options) {
  write_file_atomic(options.out / "measured.jsonl", [&](std::ostream& out) {
    for (const auto& measured : results.measured)
      for (std::size_t i = 0; i < measured.answers.size(); ++i)
        out << measured_line(results.set.cases[i], measured.row, measured.answers[i]).dump() << "\n";
  });
  write_file_atomic(options.out / "results.json", to_json(results).dump(2) + "\n");
  write_file_atomic(options.out / "results.md", to_markdown(results));
  write_file_atomic(options.out / "report.html", report_html(results, {static_cast<std::size_t>(options.shown)}));
}

}  // namespace

Results evaluate(const EvalOptions& options, const RunContext& context) {
  const Prepared prepared = prepare(options);
  make_folder(options.out);
  Asking asking(prepared, options, context);
  asking.run();

  Results results;
  results.set = prepared.set;
  results.costs = asking.costs();
  results.measured = measure_all(prepared, asking, options, context);
  results.lineage = lineage_of(prepared, options, context);
  std::map<std::string, std::string> system_of;
  for (const System& system : prepared.systems) {
    results.system_order.push_back(system.name);
    for (const Row& row : system.rows) system_of[row.name] = system.name;
  }
  compare(results, system_of,
          {static_cast<std::size_t>(options.bootstrap_draws), options.seed, options.margin, options.diversity_words,
           prepared.reference});
  if (options.split == "valid")
    results.headline.caveats.emplace_back("validation split: choices are made on it, so this is no result");
  write_all(results, options);
  return results;
}

}  // namespace udrl::eval
