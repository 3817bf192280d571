// A read-only memory map of a whole file. Not for: writing.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <span>

#include "udrl/base/error.hpp"

namespace udrl {

/// Closed when it goes. An empty file is an empty span; a folder or a file that cannot be read is an `Error` (user).
class MemoryMap {
 public:
  explicit MemoryMap(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(file, errno);
    struct stat status {};
    const bool regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    size_ = regular ? static_cast<std::size_t>(status.st_size) : 0;
    if (size_ > 0) address_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    const int problem = errno;
    ::close(fd);
    if (!regular) fail(file, EINVAL);
    if (address_ == MAP_FAILED) fail(file, problem);
  }
  ~MemoryMap() {
    if (address_) ::munmap(address_, size_);
  }
  MemoryMap(const MemoryMap&) = delete;
  MemoryMap& operator=(const MemoryMap&) = delete;
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(address_), size_}; }

 private:
  [[noreturn]] static void fail(const std::filesystem::path& file, int problem) {
    throw user_error("cannot open a file")
        .at(file.string())
        .got(std::strerror(problem))
        .hint("check the path and its permissions");
  }
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace udrl
