// manifest.json: what a folder of shards was made with. Not for: the records, or opening the folder of an output
// (output_folder.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "udrl/data/record.hpp"
#include "udrl/data/text.hpp"

namespace udrl {
struct RunContext;  // base/tool.hpp
}

namespace udrl::data {

inline constexpr int schema_version = 2;

/// The i-th of n, from 1.
struct Share {
  std::uint64_t number = 1, of = 1;
  bool operator==(const Share&) const = default;
};

/// A share of a synthesis that a folder holds (shares.hpp).
struct HeldShare {
  std::string run;  ///< what all shares of a synthesis have in common
  Share share;
  std::optional<bool> complete;  ///< nothing in the manifest of the share itself, whose `complete` says it
};

struct Manifest {
  std::string stage;         ///< "synthesize"
  std::string tool_version;  ///< udrl::version()
  std::string command_line;
  Json config = Json::object();  ///< resolved, output-relevant options
  std::uint64_t seed = 0;
  std::map<std::string, std::string> models;    ///< name → SHA-256 of the file
  std::map<std::string, std::string> inputs;    ///< what → SHA-256 (of a folder: its manifest, or its shards)
  std::map<std::string, std::uint64_t> counts;  ///< by outcome
  Json usage = Json::object();    ///< what endpoints were asked and cost, by model; left out where there was none
  std::vector<HeldShare> shares;  ///< left out where the synthesis is whole
  bool complete = false;
  int schema = schema_version;                ///< JSON field "schema_version"
  int normalisation = normalisation_version;  ///< JSON field "normalisation_version"
};

/// What a stage begins its manifest with: its name, the tool's version, the command line and the resolved config.
Manifest manifest_of(const std::string& stage, const RunContext& context);

/// "length 3, rejected_quoted 2"; "none".
std::string to_text(const std::map<std::string, std::uint64_t>& counts);
Json to_json(const Manifest& manifest);
/// Throws `Error` (user) naming the field that is missing or wrong, or a schema newer than this one.
Manifest manifest_from_json(const Json& json);
bool has_manifest(const std::filesystem::path& folder);
Manifest read_manifest(const std::filesystem::path& folder);
void write_manifest(const std::filesystem::path& folder, const Manifest& manifest);
/// SHA-256 that stands for a folder's content: over the names and hashes of its shards, or of those one folder down
/// (tagged/train …). Of a file: its own.
std::string hash_input(const std::filesystem::path& folder_or_file);

/// What makes the two runs' output differ, one line each ("temperatures: was [0.6,0.8], now [0.7]"): stage, config key
/// by key, seed, models, inputs, schema and normalisation version. Never the tool's version, command line or counts.
std::vector<std::string> differences(const Manifest& was, const Manifest& now);

}  // namespace udrl::data
