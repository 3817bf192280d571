// Closing and flock(2).
#include "udrl/base/descriptor.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "udrl/base/error.hpp"

namespace udrl {

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor lock_folder(const std::filesystem::path& folder) {
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) throw user_error("cannot open the output folder").at(folder.string()).got(std::strerror(errno));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw user_error("another process is writing into this folder")
        .at(folder.string())
        .hint("wait for it or stop it, or choose another output folder");
  }
  return fd;
}

}  // namespace udrl
