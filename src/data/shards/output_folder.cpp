// Opening an output: what an earlier run left there is gone on with, begun anew, or refused.
#include "udrl/data/output_folder.hpp"

#include <utility>
#include <vector>

#include "dataset_card.hpp"
#include "shard_file.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

/// What an endpoint left without an answer, and what it costs: true whatever the settings are.
bool is_account(const std::string& name) {
  return name == "failures.json" || name.starts_with("usage.sqlite") || name == "responses";
}

/// Of a run that ended before it wrote anything that someone could miss: a bad line, a wrong model.
bool holds_nothing_yet(const fs::path& folder, const Manifest& manifest) {
  if (manifest.complete) return false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name != "manifest.json" && !name.starts_with(".manifest.json.tmp-") && !name.starts_with("rejects") &&
        !is_account(name))
      return false;
  }
  return true;
}

[[noreturn]] void refuse_other(const fs::path& folder, const std::vector<std::string>& differing) {
  std::string all;
  for (const std::string& line : differing) all += (all.empty() ? "" : "; ") + line;
  throw user_error("the output folder was made with other settings")
      .at(folder.string())
      .got(all)
      .hint("choose another output folder, go back to the earlier settings, or remove this folder");
}

/// The manifest of an earlier run that can be gone on with; `wanted`, written, where there is none.
Manifest opened(const HeldFolder& folder, Manifest wanted) {
  if (has_manifest(folder.path())) {
    Manifest was = read_manifest(folder.path());
    const std::vector<std::string> differing = differences(was, wanted);
    if (differing.empty()) return was;
    if (!holds_nothing_yet(folder.path(), was)) refuse_other(folder.path(), differing);
  } else if (has_shards(folder.path())) {
    throw user_error("the output folder holds shards but no manifest.json")
        .at(folder.path().string())
        .hint("choose another output folder, or remove this one");
  }
  wanted.complete = false;
  write_manifest(folder.path(), wanted);
  return wanted;
}

}  // namespace

OutputFolder::OutputFolder(const fs::path& folder, Manifest wanted)
    : OutputFolder(HeldFolder(folder), std::move(wanted)) {}

OutputFolder::OutputFolder(HeldFolder folder, Manifest wanted)
    : HeldFolder(std::move(folder)), manifest(opened(*this, std::move(wanted))) {
  remove_left_drafts(path());
  remove_unfinished_shards(path());
}

void OutputFolder::save() const { write_manifest(path(), manifest); }

void OutputFolder::finish() {
  write_dataset_card(path(), manifest.stage);
  manifest.complete = true;
  save();
}

}  // namespace udrl::data
