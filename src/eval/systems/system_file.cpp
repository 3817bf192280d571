// Reading a systems file, and refusing what makes no sense.
#include "system_file.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::eval {
namespace {

constexpr double model_temperature = 0.8, model_top_p = 0.95, model_repeat_penalty = 1.0;

void declare(OptionSet& set, SystemFile& file) {
  set.add("name", file.name, "key of its rows: letters, digits, '.', '-' and '_'").required();
  set.add("title", file.title, "what tables call it, in full").required();
  set.add("short_title", file.short_title, "what charts call it; default: the title");
  set.add("student", file.student, "a checkpoint folder, instead of [model]: a further student");
  set.add("seeds", file.seeds, "checkpoint folders of the same recipe trained with other seeds (students)");
  set.add("tagged", file.tagged, "the data that it was trained on (students); default: the evaluation's");
  set.add("returns", file.returns, "one row each (students): top, lowest, any or numbers");
  set.add_enum("decodings", file.decodings,
               "one row each: greedy, sampled, best-of-n; default: greedy and sampled, of a student sampled");
  set.add_enum("shots", file.shots, "one row each (models): few, the task's examples as in synthesis; zero, none");
  set.add("best_of", file.best_of, "answers of which best-of-n takes the best").range(2, 64);
  set.add_enum(
         "rank_by", file.rank_by,
         "what chooses it (students): critic, fit (the embedder), both; auto: as of the main student. A model's is "
         "chosen by the embedder")
      .choices(ranker_names());
  set.add("temperature", file.temperature, "of rows that are not greedy; 0: 0.8, a student's as the main one's")
      .range(0, 5);
  set.add("spelling_temperature", file.spelling_temperature,
          "within a word, where lower (students); 0: as temperature; -1: the main student's")
      .range(-1, 5);
  set.add("temperatures", file.temperatures, "other ones, for the curve against diversity").range(0.01, 5);
  set.add("top_p", file.top_p, "of rows that are not greedy; 0: 0.95, a student's as the main one's").range(0, 1);
  set.add("repeat_penalty", file.repeat_penalty,
          "of all rows, as in synthesis; 1: off; 0: 1, a student's as the main one's")
      .range(0, 2);
  set.add("mention", file.mention, "'auto' or 'none' (students): words of its own ideas; default: the main student's");
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

void use_defaults(SystemFile& file, const Decoding& student) {
  const bool is_student = file.is_student();
  const auto fill = [&](double& value, double of_model, double of_student) {
    if (value == 0) value = is_student ? of_student : of_model;
  };
  fill(file.temperature, model_temperature, student.temperature);
  fill(file.top_p, model_top_p, student.top_p);
  fill(file.repeat_penalty, model_repeat_penalty, student.repeat_penalty);
  if (is_student) file.max_tokens = student.max_tokens;
  if (file.mention.empty()) file.mention = student.mention;
  if (is_student && file.rank_by == inference::RankBy::automatic) file.rank_by = student.rank_by;
  if (file.spelling_temperature < 0) file.spelling_temperature = is_student ? student.spelling_temperature : 0;
  const bool best_of =
      std::find(file.decodings.begin(), file.decodings.end(), DecodingKind::best_of_n) != file.decodings.end();
  if (best_of && file.temperature == 0)
    throw user_error("at temperature 0 all answers are the same: there is no best of them")
        .at(file.title)
        .hint("set a temperature (--decoding.temperature 0.7), or leave best-of-n out");
  if (file.decodings.empty())
    file.decodings =
        is_student ? std::vector{DecodingKind::sampled} : std::vector{DecodingKind::greedy, DecodingKind::sampled};
  if (file.short_title.empty()) file.short_title = file.title;
  if (file.model.name.empty()) file.model.name = file.name;
  if (is_student) file.model.gguf = file.student / student::files::gguf;
}

void check(const SystemFile& file, const std::filesystem::path& path) {
  if (!is_safe_name(file.name))
    throw user_error("a system's name cannot be used for a folder")
        .at(path.string())
        .expected("letters, digits, '.', '-' and '_'")
        .got("'" + file.name + "'")
        .hint("change 'name'");
  if (file.is_student() == is_named(file.model))
    throw user_error("a system is either a student or a model")
        .at(path.string())
        .hint("name a checkpoint folder ('student'), or a file or an endpoint in [model]");
  if (!file.is_student() && (!file.seeds.empty() || !file.tagged.empty()))
    throw user_error("only students have seeds and tagged data").at(path.string()).hint("remove 'seeds' and 'tagged'");
  if (!file.is_student() && (file.rank_by == inference::RankBy::critic || file.rank_by == inference::RankBy::both))
    throw user_error("only students have a critic").at(path.string()).hint("remove 'rank_by'");
  if (file.returns.empty() || file.shots.empty())
    throw user_error("a system without rows: nothing to evaluate")
        .at(path.string())
        .hint("leave 'returns' and 'shots' out, or name some");
}

}  // namespace

SystemFile read_system_file(const std::filesystem::path& path, const SystemsOptions& options) {
  SystemFile file;
  OptionSet set;
  declare(set, file);
  set.read_toml(path);
  set.validate();
  check(file, path);
  if (file.is_student() && file.tagged.empty()) file.tagged = options.tagged;
  use_defaults(file, options.decoding);
  return file;
}

SystemFile student_file(const SystemsOptions& options) {
  if (options.returns.empty())
    throw user_error("no return to ask the student for").hint("set returns, for example [\"top\", \"lowest\"]");
  SystemFile file;
  file.name = "student";
  file.title = "udrl student";
  file.short_title = "student";
  file.student = options.student;
  file.tagged = options.tagged;
  file.returns = options.returns;
  file.temperatures = options.decoding.temperatures;
  file.best_of = options.decoding.best_of;
  if (file.best_of > 1) file.decodings = {DecodingKind::sampled, DecodingKind::best_of_n};
  use_defaults(file, options.decoding);
  return file;
}

}  // namespace udrl::eval
