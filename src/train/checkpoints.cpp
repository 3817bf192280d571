// Keeping the last few states.
#include "checkpoints.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "state.hpp"
#include "udrl/base/files.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;

std::string name_of(std::uint64_t step) {
  char name[32];
  std::snprintf(name, sizeof name, "step-%06llu", static_cast<unsigned long long>(step));
  return name;
}

void check(const std::error_code& error, const char* what, const fs::path& path) {
  if (error) throw file_error(what, path, error.value());
}

void remove_folder(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  check(error, "cannot remove the folder", folder);
}

/// No second name for the same bytes: going back copies a kept state over the one at the top, into its file.
void copy_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  check(error, "cannot write the file", to);
}

void publish(const fs::path& draft, const fs::path& target) {
  remove_folder(target);
  std::error_code error;
  fs::rename(draft, target, error);
  check(error, "cannot write the folder", target);
}

/// Numbers of six digits and more sort as they count.
bool is_older(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

/// All but the last `keep` up to `newest`; later ones are of a run that was taken back.
void remove_others(const fs::path& all, const std::string& newest, int keep) {
  std::vector<std::string> kept;
  for (const auto& entry : fs::directory_iterator(all)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("step-")) continue;
    if (is_older(newest, name)) remove_folder(entry.path());
    else kept.push_back(name);
  }
  std::sort(kept.begin(), kept.end(), is_older);
  for (std::size_t i = 0; i + static_cast<std::size_t>(keep) < kept.size(); ++i) remove_folder(all / kept[i]);
}

}  // namespace

void keep_checkpoint(const fs::path& folder, std::uint64_t step, int keep, const Learner& learner) {
  if (keep <= 1) return;
  const fs::path all = folder / checkpoints_folder, draft = all / ".draft";
  remove_folder(draft);
  make_folder(draft);
  copy_over(folder / state_weights, draft / state_weights);
  learner.save_model(draft / student::files::weights);
  publish(draft, all / name_of(step));
  remove_others(all, name_of(step), keep);
}

}  // namespace udrl::train
