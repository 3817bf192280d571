// Keeping the last few states.
#include "checkpoints.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "state.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/flush_folder.hpp"
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

void rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  check(error, "cannot rename the folder", from);
  flush_folder(to.parent_path());
}

constexpr const char* doomed_folder = ".old";

/// Under another name first: a kill in the middle leaves no half of it.
void discard(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  const fs::path doomed = folder.parent_path() / doomed_folder;
  remove_folder(doomed);
  rename_folder(folder, doomed);
  remove_folder(doomed);
}

/// No second name for the same bytes: going back copies a kept state over the one at the top, into its file.
void copy_whole(const fs::path& from, const fs::path& to) {
  make_file_atomic(to, [&](const fs::path& draft) {
    std::error_code error;
    fs::copy_file(from, draft, fs::copy_options::overwrite_existing, error);
    check(error, "cannot write the file", to);
  });
}

/// What a student needs beside its weights to be opened.
void copy_texts(const fs::path& from, const fs::path& to) {
  using namespace student;
  for (const char* file : {files::config, files::tokenizer, files::tokenizer_json, files::tokenizer_config,
                           files::generation_config, files::commands})
    copy_whole(from / file, to / file);
  if (fs::exists(from / files::ideas)) copy_whole(from / files::ideas, to / files::ideas);
}

/// Numbers of six digits and more sort as they count.
bool is_older(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

enum class Later { stay, go };

/// All but the last `keep` up to `newest`; later ones are of a run that was taken back.
void remove_others(const fs::path& all, const std::string& newest, int keep, Later later_ones) {
  std::vector<std::string> kept;
  for (const auto& entry : fs::directory_iterator(all)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("step-")) kept.push_back(name);
  }
  std::sort(kept.begin(), kept.end(), is_older);
  const auto later = std::upper_bound(kept.begin(), kept.end(), newest, is_older);
  const auto first = later - std::min<std::ptrdiff_t>(keep, later - kept.begin());
  for (auto name = kept.begin(); name != kept.end(); ++name)
    if (name < first || (name >= later && later_ones == Later::go)) discard(all / *name);
}

}  // namespace

void keep_checkpoint(const fs::path& folder, std::uint64_t step, int keep, const Trainer& trainer,
                     student::GgufOptions gguf) {
  if (keep <= 1) return;
  const fs::path all = folder / checkpoints_folder, draft = all / ".draft";
  remove_folder(draft);
  make_folder(draft);
  flush_folder(folder);  // of a new "checkpoints"
  copy_whole(folder / state_weights, draft / state_weights);
  copy_texts(folder, draft);
  trainer.save_model(draft / student::files::weights);
  gguf.prove = false;
  student::export_gguf(draft, gguf);
  discard(all / name_of(step));
  rename_folder(draft, all / name_of(step));
  remove_others(all, name_of(step), keep, Later::go);
}

void finish_keeping(const fs::path& folder, std::uint64_t step, int keep, const Trainer& trainer,
                    student::GgufOptions gguf) {
  const fs::path all = folder / checkpoints_folder;
  if (!fs::exists(all / name_of(step))) return keep_checkpoint(folder, step, keep, trainer, std::move(gguf));
  if (keep <= 1) return;
  remove_folder(all / doomed_folder);
  // Who has gone back may yet go forward again, until the next save.
  remove_others(all, name_of(step), keep, Later::stay);
}

}  // namespace udrl::train
