// The folder is made beside the place that it is for, whole, and then renamed; or compared with what is there.
#include "udrl/student/folder_export.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/held_folder.hpp"
#include "udrl/base/listed.hpp"
#include "udrl/command/certificate.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/critic.hpp"
#include "udrl/student/ideas.hpp"

namespace udrl::student {
namespace {

namespace fs = std::filesystem;

/// What is measured on one student.gguf, and says nothing of another.
constexpr std::array measured{command::files::certificate, files::critic};

/// Whether this file of a folder is of that student. Throws `Error` (user) for a damaged one.
bool is_of(const fs::path& folder, const std::string& name, const std::string& student_sha256) {
  if (name == files::critic) return critic_of(folder, student_sha256).has_value();
  return name == command::files::certificate && command::certificate_of(folder, student_sha256).has_value();
}

bool is_measured(const std::string& name) {
  return std::find(measured.begin(), measured.end(), name) != measured.end();
}

/// Without links, and with a name: what stands beside it stands in its parent.
fs::path place_of(const fs::path& folder) {
  const fs::path place = fs::weakly_canonical(fs::absolute(folder));
  return place.has_filename() ? place : place.parent_path();
}

/// Beside the folder. What lies there is removed, so it may not be a link, which others could have led elsewhere.
fs::path workshop_of(const fs::path& folder) {
  fs::path place = folder.parent_path() / ("." + folder.filename().string() + ".udrl-export");
  std::error_code unknown;
  if (fs::is_symlink(place, unknown))
    throw user_error("a link stands where the output folder is made")
        .at(place.string())
        .hint("remove the link, or choose another output folder");
  return place;
}

/// Where a folder is made. One process has it; it goes, with what is in it, unless it was published.
class Workshop {
 public:
  explicit Workshop(const fs::path& folder) : held_(workshop_of(folder)) {
    for (const auto& left : fs::directory_iterator(path())) fs::remove_all(left.path());  // of a run that was killed
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop() {
    std::error_code ignored;
    if (!published_) fs::remove_all(path(), ignored);
  }

  const fs::path& path() const { return held_.path(); }

  void publish(const fs::path& folder) {
    held_.rename_to(folder);
    published_ = true;
  }

 private:
  HeldFolder held_;
  bool published_ = false;
};

void hand_on(const fs::path& from, const fs::path& into, const char* name) {
  write_file_atomic(into / name, read_weights(from / name));
}

CardNames names_for(const std::string& card, const fs::path& file, const GgufOptions& wanted) {
  try {
    CardNames names = names_of_card(card);
    if (!wanted.name.empty()) names.name = wanted.name;
    if (!wanted.licence.empty()) names.licence = wanted.licence;
    return names;
  } catch (const Error& error) {
    throw data::completed(error, file.string(), "");
  }
}

void copy_ideas(const Checkpoint& checkpoint, const fs::path& into) {
  if (!fs::exists(checkpoint.folder / files::ideas)) return;
  (void)Ideas::load(checkpoint.folder / files::ideas);  // a damaged one is not handed on
  hand_on(checkpoint.folder, into, files::ideas);
}

GgufExport write_files(const Checkpoint& checkpoint, GgufOptions options, const fs::path& into) {
  const std::string card = read_file(checkpoint.folder / files::card);
  const CardNames names = names_for(card, checkpoint.folder / files::card, options);
  write_file_atomic(into / files::card, gguf_card_text(card, names));
  const ModelCard named{.name = names.name, .licence = names.licence};
  write_file_atomic(into / files::modelfile, modelfile_text(named, checkpoint.config, checkpoint.commands));
  hand_on(checkpoint.folder, into, files::commands);
  copy_ideas(checkpoint, into);
  options.file = into / files::gguf;
  options.name = names.name;
  options.licence = names.licence;
  GgufExport made = export_gguf(checkpoint, options);
  for (const char* name : measured)
    if (is_of(checkpoint.folder, name, made.sha256)) hand_on(checkpoint.folder, into, name);
  return made;
}

std::uint64_t bytes_in(const fs::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder)) bytes += entry.file_size();
  return bytes;
}

/// What comes beside a student later: a certificate or a critic of it, converted weights; and what is hidden is
/// nobody's concern.
bool may_come_later(const fs::path& file, const std::string& student_sha256) {
  const std::string name = file.filename().string();
  if (is_measured(name)) return is_of(file.parent_path(), name, student_sha256);
  const bool converted = name.starts_with("student.") && (name.ends_with(".gguf") || name.ends_with(".gguf.sha256"));
  return converted || name.starts_with(".");
}

/// In words; "" where there is none.
std::string difference(const fs::path& made, const fs::path& there, const std::string& student_sha256) {
  const std::string name = made.filename().string();
  if (!fs::exists(there)) return name + " is missing";
  if (is_measured(name) && may_come_later(there, student_sha256)) return "";  // measured anew
  const bool same = fs::is_regular_file(there) && sha256_file(there) == sha256_file(made);
  return same ? "" : name + " is another";
}

/// Throws where what is there is not what was made.
void check_same(const fs::path& made, const fs::path& folder, const std::string& student_sha256) {
  std::vector<std::string> differing;
  for (const auto& entry : fs::directory_iterator(made))
    if (std::string text = difference(entry.path(), folder / entry.path().filename(), student_sha256); !text.empty())
      differing.push_back(std::move(text));
  for (const auto& entry : fs::directory_iterator(folder))
    if (!fs::exists(made / entry.path().filename()) && !may_come_later(entry.path(), student_sha256))
      differing.push_back(entry.path().filename().string() + " is none of its files");
  if (differing.empty()) return;
  throw user_error("the output folder is there, and is not what this export makes")
      .at(folder.string())
      .got(listed(differing))
      .hint("choose another output folder, or remove this one");
}

}  // namespace

FolderExport export_folder(const FolderOptions& options) {
  const fs::path folder = place_of(options.folder);
  if (fs::exists(folder) && !fs::is_directory(folder)) throw file_error("cannot write the folder", folder, ENOTDIR);
  const Checkpoint checkpoint = open_checkpoint(options.model);
  Workshop workshop(folder);
  FolderExport made;
  made.gguf = write_files(checkpoint, options.gguf, workshop.path());
  made.bytes = bytes_in(workshop.path());
  made.was_there = fs::exists(folder) && !fs::is_empty(folder);
  if (made.was_there) check_same(workshop.path(), folder, made.gguf.sha256);
  else workshop.publish(folder);
  made.gguf.file = folder / files::gguf;
  for (const char* name : measured)
    if (fs::exists(options.model / name) && !fs::exists(folder / name)) made.lacks.push_back(name);
  return made;
}

}  // namespace udrl::student
