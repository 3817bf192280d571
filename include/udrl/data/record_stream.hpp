// The samples of several folders as one stream. Not for: writing (data/shards.hpp).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "udrl/data/lines.hpp"

namespace udrl::data {

/// The sample on a line. Throws `Error` (user) where it holds none.
Record sample_of(const Line& line);

/// The lines of several folders as one stream, for who parses them in threads.
class SampleLines {
 public:
  /// With `rejects` (rejects.jsonl) not empty, malformed lines go there, those of the second input to rejects-2.jsonl
  /// and so on, and are counted; otherwise they stop the stage. The files are begun anew.
  explicit SampleLines(std::vector<std::string> inputs, std::filesystem::path rejects = {});

  struct Line : data::Line {
    std::size_t input = 0;
  };
  /// False after the last folder.
  bool next(Line& line);
  /// The next few hundred lines; nothing after the last folder.
  std::optional<std::vector<Line>> next_batch();
  /// What becomes of a line of which `sample_of` threw an error of the user: in the order of the lines.
  void reject(const Line& line, const Error& why) { bad_[line.input].take(line, why); }
  std::uint64_t rejected() const;

 private:
  bool open_next();
  std::filesystem::path rejects_of(std::size_t input) const;
  std::vector<std::string> inputs_;
  std::filesystem::path rejects_;
  std::vector<BadLines> bad_;  ///< by input that was opened
  std::optional<LineReader> reader_;
};

class RecordStream {
 public:
  /// As SampleLines.
  RecordStream(std::vector<std::string> inputs, std::filesystem::path rejects)
      : lines_(std::move(inputs), std::move(rejects)) {}
  /// The next sample, or nothing after the last folder. A line without a sample's fields counts as malformed.
  std::optional<Record> next();
  std::uint64_t rejected() const { return lines_.rejected(); }

 private:
  SampleLines lines_;
  SampleLines::Line line_;
};

/// Name and hash of each input for a manifest: the folder's own name, numbered where two are alike. Throws `Error`
/// (user) where two hold the same.
std::map<std::string, std::string> hash_inputs(const std::vector<std::string>& inputs);

/// The models that the inputs' manifests name, and before them `own` (SHA-256 by role). Where an input's differs, it
/// has a key of its own: "embedder of qwen-first". An input without a manifest adds nothing.
std::map<std::string, std::string> models_of_inputs(const std::vector<std::string>& inputs,
                                                    std::map<std::string, std::string> own);

}  // namespace udrl::data
