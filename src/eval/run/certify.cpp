// Asking one student for every return and for lengths from short to long.
#include "udrl/eval/certify.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "measure/prepared.hpp"
#include "measure/score_rows.hpp"
#include "measure/scoring.hpp"
#include "measure/steering.hpp"
#include "measure/task_styles.hpp"
#include "stats/format.hpp"
#include "stats/steering_curves.hpp"
#include "systems/answers.hpp"
#include "systems/open_system.hpp"
#include "systems/training.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/held_folder.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/table.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::eval {
namespace {

namespace fs = std::filesystem;
const std::string split = "valid";

/// A row, and the cases that it is asked: the same ones, perhaps at other lengths.
struct Asked {
  Row row;
  std::vector<Case> cases;
};

/// Everything that is there before the student is asked.
struct Setting {
  System student;
  command::Fitted fitted;
  std::vector<task::Task> tasks;
  CaseSet set;
  Labels labels;
  std::map<std::string, std::string> task_hashes;
};

void require_student(const CertifyOptions& options) {
  for (const char* name : {student::files::gguf, student::files::commands})
    if (!fs::exists(options.student / name))
      throw user_error("a file of the student is not there")
          .at((options.student / name).string())
          .hint("name the folder that udrl-train has finished");
  for (const std::string& part : {std::string("train"), split})
    if (!fs::exists(options.tagged / part))
      throw user_error("the " + part + " split is not there")
          .at((options.tagged / part).string())
          .hint("name the folder that udrl-distill tag wrote");
  require_own_data(options.student, options.tagged, "the student");
}

/// A row for each return bin, lowest first.
System every_return(const CertifyOptions& options, int bins) {
  SystemsOptions systems;
  systems.student = options.student;
  systems.tagged = options.tagged;
  systems.decoding = options.decoding;
  systems.decoding.best_of = 1;
  systems.decoding.temperatures.clear();
  systems.returns.clear();
  for (int bin = 0; bin < bins; ++bin) systems.returns.push_back(std::to_string(bin));
  systems.returns.emplace_back("top");
  return student_system(systems);
}

Setting setting_of(const CertifyOptions& options) {
  require_student(options);
  Setting s;
  s.fitted = command::load(options.student / student::files::commands);
  s.student = every_return(options, s.fitted.bins);
  std::vector<std::string> names = options.tasks;
  if (names.empty())
    for (const auto& task : s.fitted.tasks) names.push_back(task.name);
  s.tasks = task::load_tasks(options.tasks_folder, names);
  s.set.tasks = names;
  const CaseOptions choose{static_cast<std::size_t>(options.intents), options.seed};
  add_part(s.set, split, choose_intents(read_split_intents(options.tagged / split), choose), s.fitted, options.seed);
  s.labels = read_labels(options.tagged);
  for (const auto& task : s.tasks) s.task_hashes["task " + task.name] = task.sha256;
  return s;
}

/// Lengths from short to long that the data supports at the task's top return: quantiles of those that trained.
std::vector<int> lengths_of(const command::Fitted& fitted, const std::string& task, int wanted) {
  const int task_index = fitted.index_of(task), top = fitted.top_return(task_index);
  const command::Support& support = fitted.task(task_index).support;
  const auto total = static_cast<double>(support.total(top));
  std::vector<int> out;
  double below = 0;
  for (int words = 1; words <= command::max_words; ++words) {
    below += static_cast<double>(support.count(words, top)) / total;
    const double next = 0.02 + 0.96 * static_cast<double>(out.size()) / (wanted - 1);
    if (below < next || static_cast<int>(out.size()) == wanted) continue;
    if (fitted.supports({task_index, words, top})) out.push_back(words);
  }
  return out;
}

/// Row k asks each task for its k-th length, at the top return. Tasks with fewer lengths repeat their longest.
std::vector<Asked> length_rows(const Setting& s, int lengths) {
  std::map<std::string, std::vector<int>> by_task;
  std::size_t most = 0;
  for (const std::string& task : s.set.tasks) {
    by_task[task] = lengths_of(s.fitted, task, lengths);
    most = std::max(most, by_task[task].size());
  }
  std::vector<Asked> out;
  for (std::size_t k = 0; k < most; ++k) {
    Asked asked{s.student.rows.back(), s.set.cases};
    asked.row.name += "-length-" + std::to_string(k);
    for (Case& c : asked.cases)
      if (const auto& of_task = by_task[c.task]; !of_task.empty())
        c.asked_words = of_task[std::min(k, of_task.size() - 1)];
    out.push_back(std::move(asked));
  }
  return out;
}

std::vector<command::SupportedRegion> supported_regions(const Setting& s) {
  std::vector<command::SupportedRegion> out;
  for (const std::string& task : s.set.tasks)
    for (int bin = 0; bin < s.fitted.bins; ++bin) {
      command::SupportedRegion& region = out.emplace_back(command::SupportedRegion{task, bin});
      for (int words = 1; words <= command::max_words; ++words) {
        if (!s.fitted.supports({s.fitted.index_of(task), words, bin})) continue;
        if (region.shortest == 0) region.shortest = words;
        region.longest = words;
      }
    }
  return out;
}

std::vector<Asked> return_rows(const Setting& s) {
  std::vector<Asked> out;
  for (int bin = 0; bin < s.fitted.bins; ++bin)
    out.push_back({s.student.rows[static_cast<std::size_t>(bin)], s.set.cases});
  return out;
}

/// Asks for what is not on disk yet.
class Asker {
 public:
  Asker(const CertifyOptions& options, const Setting& s, const RunContext& context)
      : options_(options), setting_(s), context_(context), model_(identity_of(s.student.model)) {}

  std::vector<MeasuredRow> measured(const std::vector<Asked>& rows) {
    std::vector<MeasuredRow> out;
    for (const Asked& asked : rows) {
      const std::vector<SystemAnswer> answers = answers_to(asked);
      out.push_back({asked.row, measure_texts(answers, asked.cases, setting_.tasks)});
      context_.observer.progress({"certify", "rows", ++done_, total_, 0, asked.row.name});
    }
    return out;
  }
  void expect(std::size_t rows) { total_ += rows; }
  const std::string& model() const { return model_; }

 private:
  std::vector<SystemAnswer> answers_to(const Asked& asked) {
    AnswerIdentity identity{model_, setting_.task_hashes, options_.seed, context_.command_line};
    identity.inputs.merge(student_inputs(setting_.student));
    std::string lengths;
    for (const Case& c : asked.cases) lengths += c.id + " " + std::to_string(c.asked_words) + "\n";
    identity.inputs["lengths"] = sha256(lengths);
    AnswerCache cache(options_.out / "outputs" / asked.row.name, answers_manifest(asked.row, identity));
    const auto has = [&](const Case& c) { return cache.has(c); };
    if (!std::all_of(asked.cases.begin(), asked.cases.end(), has)) {
      if (!open_)
        open_ = open_system(setting_.student, setting_.tasks,
                            {options_.slots, options_.seed, {&context_.observer, options_.out}});
      ask_missing(*open_, {{&asked.row, &cache}}, asked.cases, [] {});
      cache.close(std::all_of(asked.cases.begin(), asked.cases.end(), has));
      check_stop("stopped while the student was asked", go_on);
    }
    std::vector<SystemAnswer> out;
    for (const Case& c : asked.cases) out.push_back(cache.at(c));
    return out;
  }

  const CertifyOptions& options_;
  const Setting& setting_;
  const RunContext& context_;
  std::string model_;
  std::unique_ptr<OpenSystem> open_;
  std::uint64_t done_ = 0, total_ = 0;
};

std::vector<ScorerInfo> infos_of(const OpenScorers& scorers) {
  std::vector<ScorerInfo> infos;
  for (const RelevanceScorer& scorer : scorers.all()) infos.push_back(scorer.info());
  return infos;
}

}  // namespace

void declare(OptionSet& set, CertifyOptions& o) {
  set.add("certify", o.certify, "measure what the student's commands move: writes steering.json beside it");
  set.add("student", o.student, "checkpoint folder of udrl-train: gets steering.json").required();
  set.add("tagged", o.tagged, "the tagged data it was trained on; its validation split is asked").required();
  set.add("out", o.out, "folder for answers and their values, or to go on with").required();
  set.add("intents", o.intents, "validation intents, each asked for every task").range(4, 1e6);
  set.add("lengths", o.lengths, "lengths at which words are asked, from short to long, a task").range(2, 40);
  declare_scorers(set, o.scorers);
  set.add("tasks_folder", o.tasks_folder, "folder of task files");
  set.add("tasks", o.tasks, "names of the tasks; none: those the student was trained on");
  declare_decoding(set, o.decoding);
  set.add("slots", o.slots, "requests answered at once").range(1, 256);
  set.add("resamples", o.resamples, "resamples of the subjects").range(100, 1e6);
  set.add("seed", o.seed, "seed of all random choices");
}

command::Certificate certify(const CertifyOptions& options, const RunContext& context) {
  const HeldFolder out(options.out);
  const Setting s = setting_of(options);
  const TrainingView training = read_training(options.tagged / "train", s.set, context.observer);
  const OpenScorers scorers(options.scorers, options.tasks_folder, s.labels, {&context.observer, options.out});
  const std::vector<Asked> returns = return_rows(s), lengths = length_rows(s, options.lengths);
  Asker asker(options, s, context);
  asker.expect(returns.size() + lengths.size());
  std::vector<MeasuredRow> rows = asker.measured(returns), of_lengths = asker.measured(lengths);
  rows.insert(rows.end(), std::make_move_iterator(of_lengths.begin()), std::make_move_iterator(of_lengths.end()));
  for (const RelevanceScorer& scorer : scorers.all())
    score_rows(rows, s.set, scorer, {options.out / "scores" / scorer.info().folder(), s.task_hashes}, context.observer);
  const std::string unknown =
      add_achieved(rows, s.set, s.fitted, scorers.infos_for(s.labels), {options.tagged / split});
  if (!unknown.empty()) context.observer.note(Level::warning, "returns that came are not measured: " + unknown);
  SteeringRows steering;
  const auto first_length = rows.begin() + static_cast<std::ptrdiff_t>(returns.size());
  steering.returns.assign(rows.begin(), first_length);
  steering.lengths.assign(first_length, rows.end());
  const std::vector<ScorerInfo> infos = infos_of(scorers);
  const SteeringInputs inputs{s.set, infos, s.fitted.bins, static_cast<std::size_t>(options.resamples), options.seed};

  command::Certificate certificate;
  certificate.student = asker.model();
  certificate.split = split;
  certificate.intents = s.set.main().intents;
  certificate.subjects = s.set.main().subjects.size();
  certificate.temperature = options.decoding.temperature;
  certificate.curves = steering_curves(steering, inputs);
  certificate.side_effects = side_effects(steering, inputs);
  certificate.styles = task_styles(steering.returns.back(), s.set, training);
  certificate.supported = supported_regions(s);
  command::save(certificate, options.student / command::files::certificate);
  return certificate;
}

std::string to_text(const command::Certificate& certificate) {
  const auto with_interval = [](const score::Estimate& e) {
    return std::isfinite(e.value) ? fixed(e.value, 2) + " (" + range_of(e, 2) + ")" : std::string("–");
  };
  std::vector<std::vector<std::string>> table = {
      {"asked", "task", "what came", "gain (1 obeys)", "got less asked", "rank correlation"}};
  for (const auto& curve : certificate.curves)
    table.push_back({curve.command, curve.task.empty() ? "all" : curve.task, curve.measure, with_interval(curve.gain),
                     with_interval(curve.offset), with_interval(curve.rank_correlation)});
  std::string text = aligned_table(table, 3) + "\n";
  table = {{"asked from lowest to highest", "what else moved", "change"}};
  for (const auto& effect : certificate.side_effects)
    table.push_back({effect.command, effect.measure, with_interval(effect.change)});
  text += aligned_table(table, 2);
  if (certificate.styles.empty()) return text;
  table = {{"task asked", "answers like its own", "training answers", "else most like"}};
  for (const auto& style : certificate.styles)
    table.push_back({style.task, percent(style.like_own), percent(style.training_like_own), style.most_mistaken_for});
  return text + "\n" + aligned_table(table, 1);
}

}  // namespace udrl::eval
