// manifest.json: what a folder of shards was made with. Not for: the records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "udrl/data/record.hpp"

namespace udrl::data {

inline constexpr int schema_version = 1;

struct Manifest {
  std::string stage;                           ///< "synthesize"
  std::string tool_version;                    ///< udrl::version()
  std::string command_line;
  Json config = Json::object();                ///< resolved, output-relevant options
  std::uint64_t seed = 0;
  std::map<std::string, std::string> models;   ///< name → SHA-256 of the file
  std::map<std::string, std::string> inputs;   ///< what → SHA-256 (of a folder: its manifest, or its shards)
  std::map<std::string, std::uint64_t> counts; ///< by outcome
  bool complete = false;
};

Json to_json(const Manifest& manifest);
Manifest manifest_from_json(const Json& json);
bool has_manifest(const std::filesystem::path& folder);
Manifest read_manifest(const std::filesystem::path& folder);
void write_manifest(const std::filesystem::path& folder, const Manifest& manifest);
/// SHA-256 that stands for a folder's content: over the hashes of its shards.
std::string hash_input(const std::filesystem::path& folder_or_file);

/// Opens a stage's output folder. New: writes the manifest (complete = false). There from an earlier run of the same
/// config, seed, models and inputs: returns its manifest, to go on. Otherwise throws `Error` (user) that names each
/// difference and says to choose another folder or remove this one.
Manifest open_output(const std::filesystem::path& folder, Manifest wanted);

}  // namespace udrl::data
