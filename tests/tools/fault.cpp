// Preloaded into a tool by the tests: the Nth time that it changes a file below a folder, something happens to it.
// So a test can end a stage at each of its writes in turn, without depending on time. Not for: what stdio writes
// (glibc's own calls cannot be replaced), of which the tools do none.
//
//   UDRL_FAULT=int:N    SIGINT arrives, the write goes through
//   UDRL_FAULT=kill:N   half of the bytes are written, then SIGKILL
//   UDRL_FAULT=full:N   half of the bytes are written, then the disk is full (ENOSPC), and stays full
//   UDRL_FAULT=halt:N   the process halts (SIGSTOP) before the write, until someone lets it go on (SIGCONT)
//   UDRL_FAULT=ill:N    instead of the write it dies of a fault: ill, segv, bus, fpe or abrt, each a real one
//   UDRL_FAULT_UNDER    the folder; other files are left alone
//   UDRL_FAULT_AFTER    counting begins when this file of the folder is there
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

struct Plan {
  std::string action, under, after;
  long at = 0;

  Plan() {
    const char* fault = std::getenv("UDRL_FAULT");
    const char* folder = std::getenv("UDRL_FAULT_UNDER");
    if (fault == nullptr || folder == nullptr) return;
    const std::string_view text(fault);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return;
    action = text.substr(0, colon);
    at = std::atol(fault + colon + 1);
    under = std::string(folder) + "/";
    if (const char* file = std::getenv("UDRL_FAULT_AFTER")) after = under + file;
  }
};

const Plan& plan() {
  static const Plan the_plan;
  return the_plan;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

std::string path_of(int fd) {
  char link[64], path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = ::readlink(link, path, sizeof path);
  return n < 0 ? std::string() : std::string(path, static_cast<std::size_t>(n));
}

bool has_begun() {
  static std::atomic<bool> begun{plan().after.empty()};
  if (!begun && ::access(plan().after.c_str(), F_OK) == 0) begun = true;
  return begun;
}

bool watched(const std::string& path) {
  return !plan().action.empty() && path.rfind(plan().under, 0) == 0 && has_begun();
}

/// What happens now: "" for nothing.
std::string_view event(const std::string& path) {
  static std::atomic<long> count{0};
  if (!watched(path)) return "";
  const long now = ++count;
  const bool happens = plan().action == "full" ? now >= plan().at : now == plan().at;
  return happens ? std::string_view(plan().action) : std::string_view();
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

[[noreturn]] void read_behind_a_file() {
  char name[] = "/tmp/udrl-fault-XXXXXX";
  const int fd = ::mkstemp(name);
  ::unlink(name);
  (void)*static_cast<volatile char*>(::mmap(nullptr, 1, PROT_READ, MAP_SHARED, fd, 0));
  die();
}

[[noreturn]] void divide_by_nothing() {
  volatile int nothing = 0;
  volatile int result = 1 / nothing;
  (void)result;
  ::raise(SIGFPE);  // a processor that divides by zero without a word
  die();
}

/// Does nothing for what is no fault.
void commit_fault(std::string_view what) {
  volatile int* volatile nowhere = nullptr;
  if (what == "ill") __builtin_trap();
  if (what == "segv") *nowhere = 1;
  if (what == "bus") read_behind_a_file();
  if (what == "fpe") divide_by_nothing();
  if (what == "abrt") std::abort();
}

using Write = ssize_t (*)(int, const void*, std::size_t);

/// The disk was full from the first byte on: only what was asked first is half written.
ssize_t write_on_full_disk(int fd, const void* bytes, std::size_t size) {
  static std::atomic<bool> first{true};
  if (first.exchange(false) && size > 1) return real<Write>("write")(fd, bytes, size / 2);
  errno = ENOSPC;
  return -1;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, std::size_t size) {
  static const auto real_write = real<Write>("write");
  const int before = errno;
  const std::string_view what = event(path_of(fd));
  errno = before;
  if (what == "full") return write_on_full_disk(fd, bytes, size);
  if (what == "kill") {
    (void)!real_write(fd, bytes, size / 2);
    die();
  }
  if (what == "int") ::raise(SIGINT);
  if (what == "halt") ::raise(SIGSTOP);
  commit_fault(what);
  return real_write(fd, bytes, size);
}

/// std::ofstream writes with this where it has a large block.
ssize_t writev(int fd, const iovec* parts, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return write(fd, bytes.data(), bytes.size());
}

int rename(const char* from, const char* to) {
  static const auto real_rename = real<int (*)(const char*, const char*)>("rename");
  const std::string_view what = event(to);
  if (what == "kill") die();
  if (what == "int") ::raise(SIGINT);
  if (what == "halt") ::raise(SIGSTOP);
  commit_fault(what);
  return real_rename(from, to);  // a full disk still renames
}

int fsync(int fd) {
  static const auto real_fsync = real<int (*)(int)>("fsync");
  const std::string_view what = event(path_of(fd));
  if (what == "kill") die();
  if (what == "int") ::raise(SIGINT);
  if (what == "halt") ::raise(SIGSTOP);
  commit_fault(what);
  return real_fsync(fd);
}
}
