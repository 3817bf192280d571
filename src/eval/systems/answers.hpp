// Answers, kept on disk one folder a row: an interrupted evaluation goes on, and a system added later is the only one
// that is asked. Not for: judging them (measure.hpp).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cases.hpp"
#include "open_system.hpp"
#include "udrl/data/output_folder.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::eval {

struct SystemAnswer {
  std::string text;    ///< normalised
  std::string finish;  ///< stop, length
  int tokens = 0;
  std::optional<int> asked_words, asked_return;
  std::optional<double> worth = {};  ///< by the student's critic, of rows that it chooses for
};

/// Requests of a row that an endpoint left without an answer, of one cause: no bad answers, but none.
struct FailedRequests {
  std::string row;           ///< title of the row, or the judge's name
  std::string cause, words;  ///< "status 500", "content_filter" …; what the endpoint said to the first
  std::size_t requests = 0;
  bool of_judge = false;
};
/// "3 of …": one line for people.
std::string to_text(const FailedRequests& failed);

data::Json to_json(const SystemAnswer& answer, const Case& c);
/// Throws `Error` (user) for a missing or wrong field. The id of its case is the field `case`.
SystemAnswer answer_from_json(const data::Json& json);

/// The answers of one row. Opening a folder that another model or other settings wrote throws, naming the difference.
class AnswerCache {
 public:
  AnswerCache(const std::filesystem::path& folder, data::Manifest wanted);
  bool has(const Case& c) const { return answers_.count(c.id) > 0; }
  const SystemAnswer& at(const Case& c) const { return answers_.at(c.id); }
  /// On disk at the latest after `flush_every` more.
  void add(const Case& c, SystemAnswer answer);
  /// Notes that an endpoint left the case without an answer: it is asked again next time.
  void fail(const Case& c, const lm::Completion& why);
  const std::set<std::string>& failed_cases() const { return failed_; }
  std::vector<FailedRequests> failures() const;
  /// Writes what is pending and the manifest.
  void close(bool complete);

 private:
  void read_existing();
  static constexpr std::size_t flush_every = 16;
  data::OutputFolder folder_;
  std::unordered_map<std::string, SystemAnswer> answers_;
  std::set<std::string> failed_;                    ///< ids of cases
  std::map<std::string, FailedRequests> failures_;  ///< by cause
  std::optional<data::ShardWriter> writer_;
  std::size_t pending_ = 0;
};

/// What stands for the identity of a row's answers: the model's file, how it is asked, and the task files.
struct AnswerIdentity {
  std::string model_sha256;
  std::map<std::string, std::string> inputs;  ///< task files, commands.json, critic.json → SHA-256
  std::uint64_t seed = 1;
  std::string command_line;
};
/// Of a student, beside the weights: its commands.json, and its table of ideas where it has one.
std::map<std::string, std::string> student_inputs(const System& system);
/// The same for one of a system's rows: with the critic, where that reads its answers.
AnswerIdentity with_critic(AnswerIdentity identity, const System& system, const Row& row);
/// The folder of a row's answers. Those that a critic read are apart from those of another critic, or of none: they are
/// asked for anew, and nothing is refused.
std::string folder_name(const Row& row, const AnswerIdentity& identity);
data::Manifest answers_manifest(const Row& row, const AnswerIdentity& identity);

struct AskedRow {
  const Row* row;
  AnswerCache* cache;
};
/// Asks for every case that a row's cache lacks; the beginning of a prompt that several rows share is computed once.
/// What an endpoint fails, or its filter withholds, is no answer of the model: see `AnswerCache::fail`. Returns early,
/// with all that was answered kept, when a stop is requested.
lm::Throughput ask_missing(OpenSystem& system, const std::vector<AskedRow>& rows, const std::vector<Case>& cases,
                           const std::function<void()>& answered);

}  // namespace udrl::eval
