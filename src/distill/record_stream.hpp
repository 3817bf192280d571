// The samples of several folders as one stream. Not for: writing (data/shards.hpp).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "udrl/data/shards.hpp"

namespace udrl::distill {

class RecordStream {
 public:
  /// With `rejects` (rejects.jsonl) not empty, malformed lines go there, those of the second input to rejects-2.jsonl
  /// and so on, and are counted; otherwise they stop the stage. The files are begun anew.
  RecordStream(std::vector<std::string> inputs, std::filesystem::path rejects);
  /// The next sample, or nothing after the last folder. A line without a sample's fields counts as malformed.
  std::optional<data::Record> next();
  std::uint64_t rejected() const;

 private:
  bool open_next();
  std::filesystem::path rejects_of(std::size_t input) const;
  std::vector<std::string> inputs_;
  std::filesystem::path rejects_;
  std::size_t opened_ = 0;
  std::uint64_t rejected_before_ = 0;
  std::unique_ptr<data::JsonLinesReader> reader_;
};

/// Name and hash of each input for a manifest: the folder's own name, numbered where two are alike.
std::map<std::string, std::string> hash_inputs(const std::vector<std::string>& inputs);

}  // namespace udrl::distill
