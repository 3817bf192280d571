// The head of the card is the `configs` that the datasets library reads: patterns of files, by split.
#include "dataset_card.hpp"

#include <algorithm>
#include <vector>

#include "udrl/base/files.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ours = "This card is written by udrl and written again when the stage goes on.";

bool has_records(const fs::path& folder) {
  if (!has_shards(folder)) return false;
  const std::vector<fs::path> shards = list_shards(folder);
  return std::any_of(shards.begin(), shards.end(), [](const fs::path& shard) { return fs::file_size(shard) > 0; });
}

/// A split and its files. The splits of tagged/ are its folders, train before all others, as the library shows them.
std::string split(const std::string& name, const std::string& folder) {
  return "  - split: " + name + "\n    path: \"" + folder + "part-*.jsonl*\"\n";
}

std::string splits_of(const fs::path& folder) {
  if (has_records(folder)) return split("train", "");
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && has_records(entry.path())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return name == "train"; });
  std::string text;
  for (const std::string& name : names) text += split(name, name + "/");
  return text;
}

bool is_ours_to_write(const fs::path& file) {
  return !fs::exists(file) || read_file(file).find(ours) != std::string::npos;
}

}  // namespace

void write_dataset_card(const fs::path& folder, const std::string& stage) {
  const fs::path file = folder / "README.md";
  const std::string splits = splits_of(folder);
  if (splits.empty() || !is_ours_to_write(file)) return;
  write_file_atomic(file, "---\nconfigs:\n- config_name: default\n  data_files:\n" + splits +
                              "---\nRecords of the stage `" + stage +
                              "` of udrl, one JSON object a line; `manifest.json` says what they were made with. " +
                              std::string(ours) + "\n");
}

}  // namespace udrl::data
