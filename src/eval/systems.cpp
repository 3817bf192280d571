// Systems files and the student's rows.
#include "udrl/eval/systems.hpp"

#include <algorithm>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/table.hpp"
#include "udrl/eval/arms.hpp"

namespace udrl::eval {
namespace {

struct SystemFile {
  std::string name, title, short_title;
  std::vector<std::string> decodings = {"greedy", "sampled"};
  double temperature = 0.8;
  std::vector<double> temperatures;
  double top_p = 0.95;
  double repeat_penalty = 1.0;
  bool few_shot = true;
  std::uint64_t parameters = 0;
  lm::ModelOptions model;
};

void declare(OptionSet& set, SystemFile& file) {
  set.add("name", file.name, "key of its rows: letters, digits, '.', '-' and '_'").required();
  set.add("title", file.title, "what tables call it, in full").required();
  set.add("short_title", file.short_title, "what charts call it; default: the title");
  set.add("decodings", file.decodings, "one row each: greedy, sampled").choices({"greedy", "sampled"});
  set.add("temperature", file.temperature, "of the sampled row").range(0.01, 5);
  set.add("temperatures", file.temperatures, "other ones, for the curve against diversity").range(0.01, 5);
  set.add("top_p", file.top_p, "of the sampled row").range(0.01, 1);
  set.add("repeat_penalty", file.repeat_penalty, "of both rows, as in synthesis; 1: off").range(1, 2);
  set.add("few_shot", file.few_shot, "show it the task's examples, as in synthesis");
  set.add("parameters", file.parameters,
          "of the model, where its file stores a tied matrix twice; 0: what the file holds");
  lm::declare(set, "model", file.model);
}

bool is_safe_name(const std::string& name) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  };
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), safe);
}

Row model_row(const SystemFile& file, const std::string& decoding) {
  Row row;
  row.name = file.name + "-" + decoding;
  row.title = file.title + ", " + decoding;
  row.short_title = file.short_title + ", " + decoding;
  row.kind = RowKind::model;
  row.sampling.temperature = decoding == "greedy" ? 0.0 : file.temperature;
  row.sampling.top_p = decoding == "greedy" ? 1.0 : file.top_p;
  row.sampling.repeat_penalty = file.repeat_penalty;
  row.sampling.stop_at_newline = true;
  row.few_shot = file.few_shot;
  return row;
}

/// "-t0.5": what a row at another temperature is called.
std::string at_temperature(double temperature) { return "-t" + udrl::fixed(temperature, 2); }

Row on_curve(Row row, double temperature) {
  row.name += at_temperature(temperature);
  row.title += ", temperature " + udrl::fixed(temperature, 2);
  row.short_title += at_temperature(temperature);
  row.sampling.temperature = temperature;
  row.on_curve = true;
  return row;
}

Row student_row(const EvalOptions& options, const std::string& asked_return) {
  Row row;
  row.name = "student-" + asked_return;
  row.title = "udrl student, " + asked_return + " return";
  row.short_title = "student, " + asked_return;
  row.kind = RowKind::student;
  row.asked_return = asked_return;
  row.sampling.temperature = options.decoding.temperature;
  row.sampling.top_p = options.decoding.top_p;
  row.sampling.repeat_penalty = options.decoding.repeat_penalty;
  row.sampling.max_tokens = options.decoding.max_tokens;
  return row;
}

std::vector<std::string> model_rows(const std::vector<System>& systems) {
  std::vector<std::string> names;
  for (const System& system : systems)
    for (const Row& row : system.rows)
      if (row.kind == RowKind::model && !row.on_curve) names.push_back(row.name);
  return names;
}

void refuse_same_names(const std::vector<System>& systems) {
  std::set<std::string> seen;
  for (const Row& arm : arm_rows()) seen.insert(arm.name);
  std::set<std::string> names;
  for (const System& system : systems) {
    if (!names.insert(system.name).second)
      throw user_error("two systems have the same name")
          .got(system.name)
          .hint("change 'name' in a systems file; the student is called 'student'");
    for (const Row& row : system.rows)
      if (!seen.insert(row.name).second)
        throw user_error("two systems have the same name")
            .got(row.name)
            .hint("change 'name' in one of the systems files");
  }
}

/// The row of the teacher (the first systems file) with this decoding, or its first row.
const Row& teacher_row(const std::vector<System>& systems, bool greedy) {
  const auto teacher = std::find_if(systems.begin(), systems.end(), [](const System& s) { return !s.is_student; });
  if (teacher == systems.end())
    throw user_error("no teacher to compare with")
        .hint("name a systems file with --systems, for example one of configs/systems");
  const auto fits = [&](const Row& row) { return (row.sampling.temperature == 0) == greedy; };
  const auto row = std::find_if(teacher->rows.begin(), teacher->rows.end(), fits);
  return row == teacher->rows.end() ? teacher->rows.front() : *row;
}

}  // namespace

System load_system(const std::filesystem::path& path) {
  SystemFile file;
  OptionSet set;
  declare(set, file);
  set.read_toml(path);
  set.validate();
  if (!is_safe_name(file.name))
    throw user_error("a system's name cannot be used for a folder")
        .at(path.string())
        .expected("letters, digits, '.', '-' and '_'")
        .got("'" + file.name + "'")
        .hint("change 'name'");
  if (file.decodings.empty())
    throw user_error("a system without a row").at(path.string()).hint("set decodings = [\"greedy\", \"sampled\"]");
  if (file.short_title.empty()) file.short_title = file.title;
  if (file.model.name.empty()) file.model.name = file.name;
  System system{file.name, file.title, file.short_title, false, file.parameters, file.model, {}};
  for (const auto& decoding : file.decodings) system.rows.push_back(model_row(file, decoding));
  for (const double temperature : file.temperatures)
    system.rows.push_back(on_curve(model_row(file, "sampled"), temperature));
  return system;
}

System student_system(const EvalOptions& options) {
  System system{"student", "udrl student", "student", true, 0, {}, {}};
  system.model.name = "student";
  system.model.gguf = options.student / "student.gguf";
  if (options.returns.empty())
    throw user_error("no return to ask the student for").hint("set returns, for example [\"top\", \"lowest\"]");
  for (const std::string& asked : options.returns) system.rows.push_back(student_row(options, asked));
  for (const double temperature : options.decoding.temperatures)
    system.rows.push_back(on_curve(student_row(options, options.returns.at(0)), temperature));
  return system;
}

std::string identity_of(const lm::ModelOptions& model) {
  if (model.gguf.empty()) return sha256(model.url + "\n" + model.http_model);
  return lm::model_identity(sha256_file(model.gguf), model.weights);
}

std::vector<System> load_systems(const EvalOptions& options) {
  std::vector<System> systems = {student_system(options)};
  for (const auto& file : options.systems) systems.push_back(load_system(file));
  refuse_same_names(systems);
  return systems;
}

std::string reference_row(const std::vector<System>& systems, const std::string& wanted) {
  if (wanted.empty()) return teacher_row(systems, true).name;
  const auto names = model_rows(systems);
  if (std::find(names.begin(), names.end(), wanted) != names.end()) return wanted;
  const std::string near = nearest(wanted, names);
  throw user_error("no row '" + wanted + "' to compare with")
      .hint(near.empty() ? "name a row of one of the systems files, such as NAME-greedy"
                         : "did you mean '" + near + "'?");
}

std::string shuffled_source(const std::vector<System>& systems) { return teacher_row(systems, false).name; }

}  // namespace udrl::eval
