// What a systems file says, defaults filled in. Not for: the rows that follow from it (systems.cpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/base/enum_names.hpp"
#include "udrl/eval/options.hpp"

namespace udrl::eval {

enum class DecodingKind { greedy, sampled, best_of_n };
constexpr auto names_of(DecodingKind) { return enum_names("greedy", "sampled", "best-of-n"); }

enum class Shots { few, zero };
constexpr auto names_of(Shots) { return enum_names("few", "zero"); }

struct SystemFile {
  std::string name, title, short_title;
  std::filesystem::path student, tagged;
  std::vector<std::string> seeds;
  std::vector<std::string> returns = {"top"};
  std::vector<DecodingKind> decodings;
  std::vector<Shots> shots = {Shots::few};
  int best_of = 8;
  double spelling_temperature = -1;  // students; below 0 is the default, the main student's
  double temperature = 0;            // of this and the next two: 0 is the default, another for students than for models
  double top_p = 0;
  double repeat_penalty = 0;
  std::string mention;  // "" is the default, the main student's
  int max_tokens = 0;
  std::vector<double> temperatures;
  std::uint64_t parameters = 0;
  lm::ModelOptions model;
  inference::RankBy rank_by = inference::RankBy::automatic;  // students; automatic: the main student's

  bool is_student() const { return !student.empty(); }
};

/// Throws `Error` (user) for an unknown key, a value out of range, or keys that do not go together.
SystemFile read_system_file(const std::filesystem::path& path, const SystemsOptions& options);
/// The main student, as if it had a file.
SystemFile student_file(const SystemsOptions& options);

}  // namespace udrl::eval
