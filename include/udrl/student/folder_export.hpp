// A checkpoint folder → a folder to publish or to ship: student.gguf, and what it takes to ask it. Not for: the GGUF
// itself (gguf_export.hpp), or programs that open the checkpoint's weights (hand on the checkpoint).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "udrl/student/gguf_export.hpp"

namespace udrl::student {

struct FolderOptions {
  std::filesystem::path model;   ///< checkpoint folder
  std::filesystem::path folder;  ///< to make
  /// As for the file alone, whose place is in the folder; a name or a licence that is empty is the card's.
  GgufOptions gguf{.type = GgufType::q8_0, .name = {}, .licence = {}};
};

struct FolderExport {
  GgufExport gguf;
  std::uint64_t bytes = 0;  ///< of all files
  bool was_there = false;   ///< with the same files: nothing was written
  /// What the checkpoint has, but of another student.gguf: steering.json, critic.json.
  std::vector<std::string> lacks;
};

/// Writes student.gguf, proved as `export_gguf` does, commands.json, Modelfile, README.md (the checkpoint's card
/// without what the folder lacks), and, where the checkpoint has them, ideas.safetensors and the steering certificate
/// and the critic of this very student.gguf. The folder gets its name once it is whole; the same checkpoint and options
/// give the same bytes. Throws `Error` (user): no checkpoint, no card, a folder that holds other files; else as
/// `export_gguf`.
FolderExport export_folder(const FolderOptions& options);

}  // namespace udrl::student
