// Systems: the rows of an evaluation. A model gives one row for each way of asking it; controls need no model.
// Not for: asking (open_system.hpp, answers.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/eval/options.hpp"
#include "udrl/inference/ranker.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::eval {

enum class RowKind {
  student,
  model,        ///< a teacher or a baseline, asked as the teacher was in synthesis
  second_draw,  ///< the sampled teacher asked once more: a control that must PASS against its first answers
  control,      ///< made without a model: must FAIL
};

struct Row {
  std::string name;         ///< key of results.json, and folder of its answers
  std::string title;        ///< what tables call it
  std::string short_title;  ///< what charts call it
  RowKind kind = RowKind::control;
  std::string system;            ///< name of its system; "" for a control
  std::string system_title;      ///< the row's title without the way of asking
  lm::Sampling sampling;         ///< models and students; the seed is drawn per case
  std::string asked_return;      ///< students: top, lowest, any or a number
  std::string mention = "none";  ///< students: as `inference::Ask::mention`
  bool few_shot = true;          ///< models
  int best_of = 1;               ///< of so many answers the one that the ranker finds best (best_of.hpp)
  /// Asked at another temperature, to be a point of the curve of relevance against diversity and nothing else.
  bool on_curve = false;
  /// "": a row of its own. Else this is that row again, and only resampled: from another training seed, or drawn again.
  std::string replicate_of;
  int seed = 1, draw = 1;  ///< which of the replicates it is
  /// Of the best of several, and of what it is taken of: what chooses. Students alone have a critic.
  inference::RankBy rank_by = inference::RankBy::fit;
  /// Above 1: it is one of so many drafts of each case, which are written side by side (inference/heat.hpp).
  int drafts = 1;

  bool reads_critic() const { return inference::needs_critic(rank_by); }
  bool reads_embedder() const { return rank_by != inference::RankBy::critic; }
  /// A line of the tables, which verdicts are about.
  bool in_tables() const { return !on_curve && replicate_of.empty(); }
};

/// What is really asked for a row: the row itself, or the answers that its best are taken of.
std::vector<Row> asked_rows(const Row& row);

/// A model and its rows.
struct System {
  std::string name, title, short_title;
  bool is_student = false;
  std::uint64_t parameters = 0;  ///< where the file's own count misleads (a tied matrix stored twice); 0: the file's
  lm::ModelOptions model;
  std::filesystem::path tagged;  ///< students: the data that it was trained on
  std::string replicate_of;      ///< "": a system of its own; else the student that was trained with another seed
  std::vector<Row> rows;

  /// Students: the checkpoint.
  std::filesystem::path folder() const { return model.gguf.parent_path(); }
};

/// Reads a systems file: a model ([model]) or a further student (`student`, a checkpoint folder). Its keys are declared
/// in systems.cpp, and described in docs/formats.md. What a student's file leaves out is as the options say of the
/// main one. An unknown key or a value out of range is an `Error` (user).
System load_system(const std::filesystem::path& file, const SystemsOptions& options);
/// The student under each return that the options name, and at each temperature.
System student_system(const SystemsOptions& options);

/// The student's table of ideas; "" where it has none.
std::filesystem::path ideas_of(const System& system);

/// " by its critic": what chose a row of the best of several, where it is not the embedder alone.
std::string chosen_by(const Row& row);
/// The student's critic; a row that reads one has it.
std::filesystem::path critic_of(const System& system);

/// SHA-256 of the model's file (and " as bf16" where its weights are widened), or of endpoint and name for one that is
/// elsewhere.
std::string identity_of(const lm::ModelOptions& model);

/// Student first, then the systems files, each followed by its replicates. What chooses the best of several is settled:
/// `Row::rank_by` is not automatic. Two rows of one name are an `Error` (user), and a critic that is not there.
std::vector<System> load_systems(const SystemsOptions& options);
/// The teacher's second draw; null where it was not asked for, or the teacher is asked greedily alone.
const Row* second_draw_of(const std::vector<System>& systems);
/// The row that answers are compared with, and the one whose answers are shuffled; see `VerdictOptions::reference`.
std::string reference_row(const std::vector<System>& systems, const std::string& wanted);
std::string shuffled_source(const std::vector<System>& systems);

}  // namespace udrl::eval
