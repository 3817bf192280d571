// Writing logs as lm-evaluation-harness does.
#include "udrl/eval/lm_eval.hpp"

#include <chrono>
#include <ctime>

#include "report/lm_eval.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/held_folder.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/page/figures.hpp"

namespace udrl::eval {
namespace {

namespace fs = std::filesystem;

/// Seconds since 1970 at which the evaluation ended.
double date_of(const FinishedRun& run) {
  const auto time = std::chrono::file_clock::to_sys(fs::last_write_time(run.folder / "results.json"));
  return static_cast<double>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

/// "2026-11-28T18-59-03", UTC.
std::string file_time(double date) {
  const auto seconds = static_cast<std::time_t>(date);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[20];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H-%M-%S", &parts);
  return std::string(text, size);
}

/// Names come from a file of the evaluation's folder.
void check_name(const std::string& name) {
  if (!name.empty() && name != "." && name != ".." && name.find_first_of("/\\") == std::string::npos) return;
  throw user_error("a row of the evaluation has a name that cannot be a folder's").got("'" + name + "'");
}

void write_model(const fs::path& folder, const LmEvalModel& model, const FinishedRun& run, double date) {
  make_folder(folder);
  const std::string time = file_time(date);
  for (const auto& [name, task] : model.tasks)
    write_file_atomic(folder / ("samples_" + name + "_" + time + ".jsonl"), [&](std::ostream& out) {
      for (const data::Json& sample : task.samples) out << data::json_line(sample) << "\n";
    });
  data::write_json(folder / ("results_" + time + ".json"), lm_eval_results(model, run, date));
}

}  // namespace

void declare(OptionSet& set, LmEvalOptions& o) {
  set.add("export_lm_eval", o.folder, "folder for logs as lm-evaluation-harness writes them").required();
  set.add("out", o.out, "folder of a finished evaluation").required();
}

std::string export_lm_eval(const LmEvalOptions& options) {
  const FinishedRun run = open_finished(options.out);
  const std::vector<LmEvalModel> models = lm_eval_models(run);
  for (const LmEvalModel& model : models) {
    check_name(model.name);
    for (const auto& task : model.tasks) check_name(task.first);
  }
  const HeldFolder folder(options.folder);
  for (const LmEvalModel& model : models) write_model(folder / model.name, model, run, date_of(run));
  return "wrote " + page::plural(models.size(), "folder") + " of logs into " + options.folder.string() + "\n";
}

}  // namespace udrl::eval
