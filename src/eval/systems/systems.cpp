// The rows of systems, their replicates, and which of them are compared.
#include "udrl/eval/systems.hpp"

#include <algorithm>
#include <set>

#include "controls.hpp"
#include "system_file.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/table.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/critic.hpp"
#include "udrl/student/ideas.hpp"

namespace udrl::eval {
namespace {

/// What distinguishes a row within its system.
struct Variant {
  DecodingKind decoding;
  std::string asked_return{};  ///< students
  bool few_shot = true;        ///< models
};

/// The same words for names ("best-of-8") and titles ("best of 8").
std::string decoding_words(const SystemFile& file, DecodingKind decoding, const std::string& space) {
  return decoding == DecodingKind::best_of_n ? "best" + space + "of" + space + std::to_string(file.best_of)
                                             : to_string(decoding);
}

Row make_row(const SystemFile& file, const Variant& variant) {
  Row row;
  row.system = row.name = file.name;
  row.system_title = row.title = file.title, row.short_title = file.short_title;
  const auto call = [&](const std::string& name, const std::string& title, const std::string& short_title) {
    row.name += "-" + name, row.title += ", " + title, row.short_title += ", " + short_title;
  };
  const std::string decoding = decoding_words(file, variant.decoding, " ");
  if (file.is_student()) {
    row.kind = RowKind::student;
    row.asked_return = variant.asked_return;
    call(row.asked_return, row.asked_return + " return", row.asked_return);
    row.sampling.max_tokens = file.max_tokens;
    row.mention = file.mention;
    row.sampling.spelling_temperature = file.spelling_temperature;
  } else {
    row.kind = RowKind::model;
    row.few_shot = variant.few_shot;
  }
  if (!file.is_student() || variant.decoding != DecodingKind::sampled)
    call(decoding_words(file, variant.decoding, "-"), decoding, decoding);
  if (!variant.few_shot) call("zero-shot", "zero-shot", "zero-shot");
  const bool greedy = variant.decoding == DecodingKind::greedy;
  row.sampling.temperature = greedy ? 0.0 : file.temperature;
  row.sampling.top_p = greedy ? 1.0 : file.top_p;
  row.sampling.repeat_penalty = file.repeat_penalty;
  if (variant.decoding != DecodingKind::best_of_n) return row;
  row.best_of = file.best_of;
  if (file.is_student()) row.rank_by = file.rank_by;
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

/// A student under each return, and under the first in the other decodings; a model with examples and without.
std::vector<Variant> variants(const SystemFile& file) {
  std::vector<Variant> out;
  if (file.is_student()) {
    for (const auto& asked : file.returns) out.push_back({file.decodings.front(), asked});
    for (std::size_t d = 1; d < file.decodings.size(); ++d) out.push_back({file.decodings[d], file.returns.front()});
    return out;
  }
  for (const auto& shots : file.shots)
    for (const auto& decoding : file.decodings) out.push_back({decoding, "", shots == Shots::few});
  return out;
}

System make_system(const SystemFile& file) {
  System system{file.name, file.title, file.short_title, file.is_student(), file.parameters, file.model, file.tagged,
                "",        {}};
  for (const Variant& variant : variants(file)) system.rows.push_back(make_row(file, variant));
  const Variant first{DecodingKind::sampled, file.returns.front(), file.shots.front() == Shots::few};
  for (const double temperature : file.temperatures)
    system.rows.push_back(on_curve(make_row(file, first), temperature));
  return system;
}

Row replicate(const Row& row, int seed, int draw) {
  Row again = row;
  again.replicate_of = row.name;
  again.seed = seed, again.draw = draw;
  if (seed > 1) again.name += "~s" + std::to_string(seed);
  if (draw > 1) again.name += "~" + std::to_string(draw);
  return again;
}

int draws_of(const Row& row, int draws) { return row.sampling.temperature > 0 ? draws : 1; }

/// Further answers of the rows that are drawn.
void add_draws(System& system, int draws) {
  const std::vector<Row> rows = system.rows;
  for (const Row& row : rows)
    for (int draw = 2; draw <= draws_of(row, draws) && !row.on_curve; ++draw)
      system.rows.push_back(replicate(row, 1, draw));
}

/// The same rows of the same recipe, trained with another seed.
System other_seed(const System& system, const std::filesystem::path& folder, int seed, int draws) {
  System other = system;
  other.replicate_of = system.name;
  other.name += "~s" + std::to_string(seed);
  other.title += ", seed " + std::to_string(seed);
  other.model.gguf = folder / student::files::gguf;
  other.rows.clear();
  for (const Row& row : system.rows)
    for (int draw = 1; draw <= draws_of(row, draws) && row.in_tables(); ++draw)
      other.rows.push_back(replicate(row, seed, draw));
  return other;
}

/// One that was fitted to this very student.
bool has_critic(const std::filesystem::path& folder) {
  const auto gguf = folder / student::files::gguf;
  if (!student::has_critic(folder) || !std::filesystem::exists(gguf)) return false;
  return student::critic_of(folder, sha256_file(gguf)).has_value();
}

/// The first of a recipe's students that has no critic; "" where all have one.
std::filesystem::path without_critic(const System& system, const std::vector<std::string>& seeds) {
  std::vector<std::filesystem::path> folders(seeds.begin(), seeds.end());
  folders.insert(folders.begin(), system.folder());
  const auto found = std::find_if_not(folders.begin(), folders.end(), has_critic);
  return found == folders.end() ? std::filesystem::path() : *found;
}

/// All seeds' answers are chosen alike: a row is resampled over them.
void settle_ranker(System& system, const std::vector<std::string>& seeds, const Decoding& decoding) {
  for (Row& row : system.rows) {
    if (!system.is_student || row.best_of == 1) continue;
    const auto lacking = without_critic(system, seeds);
    // An evaluation's embedder is there to measure: the critic alone is what costs nothing.
    row.rank_by = inference::rank_by_for(row.rank_by, lacking.empty(), false);
    if (row.reads_critic() && !lacking.empty())
      throw user_error("no critic to choose the best of this student's answers")
          .at(lacking.string())
          .expected(std::string(student::files::critic) + ", fitted to its " + student::files::gguf)
          .hint("fit one (udrl-distill critic), or have the embedder choose (--decoding.rank-by fit)");
    row.title += chosen_by(row);
    if (!row.reads_critic()) continue;
    row.sampling.temperature = decoding.draft_temperature;
    row.sampling.opening_temperature = decoding.draft_opening_temperature;
  }
}

void add(std::vector<System>& systems, System system, const std::vector<std::string>& seeds,
         const SystemsOptions& options) {
  settle_ranker(system, seeds, options.decoding);
  add_draws(system, options.draws);
  systems.push_back(system);
  int seed = 1;
  for (const std::string& folder : seeds) systems.push_back(other_seed(system, folder, ++seed, options.draws));
}

std::vector<std::string> model_rows(const std::vector<System>& systems) {
  std::vector<std::string> names;
  for (const System& system : systems)
    for (const Row& row : system.rows)
      if (row.kind == RowKind::model && row.in_tables()) names.push_back(row.name);
  return names;
}

void refuse_same_names(const std::vector<System>& systems) {
  std::set<std::string> seen;
  for (const Row& control : control_rows()) seen.insert(control.name);
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

/// The row of the teacher (the first systems file that is no student) with this decoding, with examples if there is one
/// with them; or its first row.
const Row& teacher_row(const std::vector<System>& systems, bool greedy) {
  const auto teacher = std::find_if(systems.begin(), systems.end(), [](const System& s) { return !s.is_student; });
  if (teacher == systems.end())
    throw user_error("no teacher to compare with")
        .hint("name a systems file with --systems, for example one of configs/systems");
  const auto find = [&](auto fits) {
    const auto row = std::find_if(teacher->rows.begin(), teacher->rows.end(), fits);
    return row == teacher->rows.end() ? nullptr : &*row;
  };
  const auto plain = [&](const Row& row) {
    return (row.sampling.temperature == 0) == greedy && row.best_of == 1 && row.in_tables();
  };
  if (const Row* row = find([&](const Row& r) { return plain(r) && r.few_shot; })) return *row;
  if (const Row* row = find(plain)) return *row;
  return teacher->rows.front();
}

/// Under another name it is drawn with other seeds (open_system.cpp).
void add_second_draw(std::vector<System>& systems) {
  const Row sampled = teacher_row(systems, false);
  if (sampled.sampling.temperature == 0 || sampled.best_of > 1) return;
  Row again = sampled;
  again.kind = RowKind::second_draw;
  again.name += "-again", again.title += ", asked again", again.short_title += ", again";
  for (System& system : systems)
    if (system.name == sampled.system) system.rows.push_back(again);
}

}  // namespace

std::vector<Row> asked_rows(const Row& row) {
  if (row.best_of == 1) return {row};
  std::vector<Row> draws;
  for (int draw = 1; draw <= row.best_of; ++draw) {
    Row& one = draws.emplace_back(row);
    one.name += "@" + std::to_string(draw);
    one.best_of = 1;
    if (one.reads_critic()) one.drafts = row.best_of;
  }
  return draws;
}

System load_system(const std::filesystem::path& path, const SystemsOptions& options) {
  return make_system(read_system_file(path, options));
}

System student_system(const SystemsOptions& options) { return make_system(student_file(options)); }

std::filesystem::path ideas_of(const System& system) {
  const std::filesystem::path file = system.folder() / student::files::ideas;
  return system.is_student && std::filesystem::exists(file) ? file : std::filesystem::path();
}

std::string chosen_by(const Row& row) {
  if (!row.reads_critic()) return "";
  return row.reads_embedder() ? " by its critic and the embedder" : " by its critic";
}

std::filesystem::path critic_of(const System& system) { return system.folder() / student::files::critic; }

std::string identity_of(const lm::ModelOptions& model) {
  if (model.gguf.empty()) return lm::endpoint_identity(model);
  return lm::model_identity(sha256_file(model.gguf), model.weights);
}

std::vector<System> load_systems(const SystemsOptions& options) {
  std::vector<System> systems;
  add(systems, student_system(options), options.student_seeds, options);
  for (const auto& path : options.files) {
    const SystemFile file = read_system_file(path, options);
    if (options.teacher_alone && file.is_student()) continue;
    add(systems, make_system(file), file.seeds, options);
    if (!options.teacher_alone) continue;
    std::erase_if(systems.back().rows, [](const Row& row) { return row.best_of > 1 || row.on_curve || !row.few_shot; });
    break;
  }
  if (options.second_draw) add_second_draw(systems);
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

const Row* second_draw_of(const std::vector<System>& systems) {
  for (const System& system : systems)
    for (const Row& row : system.rows)
      if (row.kind == RowKind::second_draw) return &row;
  return nullptr;
}

std::string shuffled_source(const std::vector<System>& systems) { return teacher_row(systems, false).name; }

}  // namespace udrl::eval
