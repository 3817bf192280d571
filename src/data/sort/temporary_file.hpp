// A file without a name: gone when the process ends, however it ends. For the data room only.
#pragma once

#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "udrl/base/files.hpp"

namespace udrl::data {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

/// On the disk of `folder`, open for writing and reading. Throws `Error` where it cannot be made.
inline TemporaryFile make_temporary_file(const std::filesystem::path& folder) {
  std::string name = (folder / "temporary.XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) throw file_error("cannot make a temporary file", name, errno);
  ::unlink(name.c_str());
  std::FILE* file = ::fdopen(descriptor, "w+b");
  if (file == nullptr) throw file_error("cannot make a temporary file", name, errno);
  return TemporaryFile(file);
}

}  // namespace udrl::data
