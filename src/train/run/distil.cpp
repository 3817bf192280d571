// Opening and comparing students.
#include "distil.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/tokenizer_import.hpp"

namespace udrl::train {
namespace {

constexpr const char* cure = "distill.from takes students that were trained on this data, by one tokenizer";

Error differs(const student::TransformersFolder& student, const std::string& what) {
  return user_error("a student to learn from " + what).at(student.path().string());
}

void require_pieces(const student::TransformersFolder& student, const student::Tokenizer& tokenizer) {
  const auto own = student::student_tokenizer(student.path());
  if (own && own->bytes() == tokenizer.bytes()) return;
  throw differs(student, "cuts texts into other pieces than this run")
      .hint(std::string(cure) + ", which they have if model.vocab was the same");
}

void require_positions(const student::TransformersFolder& student, int positions) {
  if (student.config().n_positions >= positions) return;
  throw differs(student, "has fewer positions than this run")
      .expected("at least " + std::to_string(positions))
      .got(std::to_string(student.config().n_positions))
      .hint("lower model.context_length");
}

std::vector<std::string> names_of(const std::vector<command::FittedTask>& tasks) {
  std::vector<std::string> names;
  for (const command::FittedTask& task : tasks) names.push_back(task.name);
  return names;
}

void require_commands(const student::TransformersFolder& student, const command::Fitted& fitted) {
  const command::Fitted own = command::load(student.path() / student::files::commands);
  const auto refuse = [&](const std::string& what) {
    return differs(student, "was told other commands: " + what).hint(cure);
  };
  if (names_of(own.tasks) != names_of(fitted.tasks)) throw refuse("its tasks are others, or in another order");
  if (own.bins != fitted.bins || own.auxiliary != fitted.auxiliary) throw refuse("its returns are others");
  if (own.countdown != fitted.countdown) throw refuse("sequence.countdown");
  if (own.mentions != fitted.mentions) throw refuse("sequence.mention");
}

}  // namespace

std::vector<student::TransformersFolder> open_students(const std::vector<std::string>& folders) {
  std::vector<student::TransformersFolder> students;
  for (const std::string& folder : folders) {
    students.emplace_back(folder);
    if (student::student_tokenizer(folder)) continue;
    throw user_error("this folder is no student's: it has no tokenizer of udrl")
        .at(folder)
        .hint("name folders that udrl-train wrote");
  }
  return students;
}

void require_alike(const std::vector<student::TransformersFolder>& students, const student::StudentConfig& model,
                   const student::Tokenizer& tokenizer, const command::Fitted& fitted) {
  for (const student::TransformersFolder& student : students) {
    require_pieces(student, tokenizer);
    require_positions(student, model.n_positions);
    require_commands(student, fitted);
  }
}

}  // namespace udrl::train
