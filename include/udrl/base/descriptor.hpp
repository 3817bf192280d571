// An open file descriptor, closed when it goes. Not for: folders that are written into (held_folder.hpp), or reading
// and writing files (files.hpp).
#pragma once

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

}  // namespace udrl
