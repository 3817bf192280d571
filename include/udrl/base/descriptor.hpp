// An open file descriptor, and locks that last as long as it is open. Not for: reading or writing files (files.hpp).
#pragma once

#include <filesystem>

namespace udrl {

/// Closed when it goes. -1: none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Holds a folder for one writer while the descriptor is open; throws `Error` (user) where another process holds it. A
/// file system without locks goes unlocked.
[[nodiscard]] Descriptor lock_folder(const std::filesystem::path& folder);

}  // namespace udrl
