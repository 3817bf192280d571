// A folder with one writer. Not for: what it holds (data/output_folder.hpp), or folders that are only read.
#pragma once

#include <filesystem>
#include <vector>

#include "udrl/base/descriptor.hpp"

namespace udrl {

/// Made where it is not there, and locked while this lives: whoever writes into a folder, removes or shortens what is
/// in it, has one of these first. The lock goes with the process, however that ends; a file system without locks goes
/// unlocked. Within a process, too, a folder is held once.
class HeldFolder {
 public:
  /// Throws `Error` (user) where another process holds it, and where it cannot be made.
  explicit HeldFolder(std::filesystem::path path);
  /// A folder that it made, and that nothing was put into, goes again; never one that has come to its place since.
  ~HeldFolder();
  HeldFolder(HeldFolder&& other) noexcept;
  HeldFolder& operator=(HeldFolder&& other) noexcept;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

  /// Gives it another name, where nothing or an empty folder is, and waits until that is on the disk. It is held there,
  /// and stays. Throws `Error` where that cannot be done: it has its old name then; and where the disk fails at the
  /// wait: it has the new one, which may be lost.
  void rename_to(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;
  std::vector<std::filesystem::path> made_;  ///< folders that were not there, the innermost first
  Descriptor lock_;
};

}  // namespace udrl
