// Preloaded into a tool by scripts/torture.sh: at the Nth change below a folder a signal arrives, the disk fails, or
// the power does. Not for: faults of the tool itself, or counting from a file on (fault.cpp).
//
// A change is a write, a rename, a cut, a removal or a flush (fsync, fdatasync) of something below the folder.
//
//   UDRL_TORTURE=count       nothing happens; the number of changes and of renames is noted
//   UDRL_TORTURE=kill:N      SIGKILL; half of the bytes of a write are written
//   UDRL_TORTURE=int:N       SIGINT; term, hup and stop (SIGSTOP) likewise; the change goes through
//   UDRL_TORTURE=full:N      half of the bytes are written, then the disk is full (ENOSPC), and stays full
//   UDRL_TORTURE=eio:N       the change fails with EIO, once
//   UDRL_TORTURE=gap:N       SIGKILL right after the Nth rename
//   UDRL_TORTURE=lost:N      the Nth rename is undone, and SIGKILL: when its folder is flushed, some changes later at
//   the
//                            latest (how many: drawn from the seed), or at the end
//   UDRL_TORTURE=power:N     SIGKILL, and what was not flushed is lost: of a file what came since its last flush, all
//   or half
//                            or nothing of it; of the names (new, moved, removed) those since the last flush of
//                            anything, as a file system with a journal does. Beyond the last change: at the end
//   UDRL_TORTURE=posix:N     the same, but a name is safe only when its own folder was flushed
//   UDRL_TORTURE_UNDER       the folder; other files are left alone
//   UDRL_TORTURE_NOTE        a file that says what happened: "ACTION NUMBER CALL PATH PROCESS"
//   UDRL_TORTURE_SEED        of what is drawn here
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace fs = std::filesystem;

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Only of the tools: not of a shell before one, nor of the self-test that one starts.
bool is_tool() {
  char path[PATH_MAX];
  const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string name = fs::path(std::string(path, n < 0 ? 0 : static_cast<std::size_t>(n))).filename();
  return name.starts_with("udrl-") && name != "udrl-selftest";
}

struct Plan {
  std::string action, under, note;
  long at = 0;
  std::uint64_t seed = 0;

  Plan() {
    const std::string text = variable("UDRL_TORTURE"), folder = variable("UDRL_TORTURE_UNDER");
    if (text.empty() || folder.empty() || !is_tool()) return;
    const std::size_t colon = text.find(':');
    action = text.substr(0, colon);
    if (colon != std::string::npos) at = std::atol(text.c_str() + colon + 1);
    under = folder;
    note = variable("UDRL_TORTURE_NOTE");
    seed = std::strtoull(variable("UDRL_TORTURE_SEED").c_str(), nullptr, 10);
  }
  bool is_power() const { return action == "power" || action == "posix"; }
  bool counts_renames() const { return action == "gap" || action == "lost"; }
};

const Plan& plan() {
  static const Plan the_plan;
  return the_plan;
}

/// Held while anything is changed: a disk that has lost power does not take what another thread has left to write.
std::recursive_mutex& disk() {
  static std::recursive_mutex mutex;
  return mutex;
}

/// What this library itself changes is not counted.
bool is_at_work = false;

bool is_below(const std::string& path) {
  return !is_at_work && !plan().action.empty() && path.rfind(plan().under + "/", 0) == 0;
}
bool is_watched(const std::string& path) { return is_below(path) || (!is_at_work && path == plan().under); }

std::string path_of(int fd) {
  char link[64], path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = ::readlink(link, path, sizeof path);
  return n < 0 ? std::string() : std::string(path, static_cast<std::size_t>(n));
}

std::string whole_path(const char* path) { return fs::absolute(path).lexically_normal(); }

/// FNV-1a, then mixed: small differences of seeds must not show.
std::uint64_t drawn(std::uint64_t seed, std::string_view what) {
  std::uint64_t hash = 14695981039346656037u ^ (seed * 0x9E3779B97F4A7C15u);
  for (const char c : what) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  hash ^= hash >> 33;
  hash *= 0xFF51AFD7ED558CCDu;
  return hash ^ (hash >> 29);
}

long changes = 0, renames = 0;

void take_note(const std::string& action, long number, const std::string& call, const std::string& path) {
  if (plan().note.empty()) return;
  const std::string text =
      action + " " + std::to_string(number) + " " + call + " " + path + " " + std::to_string(::getpid()) + "\n";
  const int fd = ::open(plan().note.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  static const auto real_write = real<ssize_t (*)(int, const void*, std::size_t)>("write");
  (void)!real_write(fd, text.data(), text.size());
  ::close(fd);
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

// ---- What a disk holds when the power fails

/// A file or folder whatever its name: its number and, as numbers are used again, when it was made.
std::string key_of(const std::string& path) {
  struct statx status {};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status) != 0) return "";
  return std::to_string(status.stx_ino) + ":" + std::to_string(status.stx_btime.tv_sec) + ":" +
         std::to_string(status.stx_btime.tv_nsec);
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What is safe: contents by key, and of each folder which key has which name.
class Safe {
 public:
  void flush_content(const std::string& file) { contents_[key_of(file)] = content_of(file); }

  void flush_names(const std::string& folder) {
    auto& names = folders_[key_of(folder)];
    names.clear();
    for (const auto& entry : fs::directory_iterator(folder))
      names[entry.path().filename()] = {key_of(entry.path()), entry.is_directory()};
  }

  void flush_all_names(const std::string& folder) {
    flush_names(folder);
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.is_directory()) flush_all_names(entry.path());
  }

  void flush_everything(const std::string& folder) {
    flush_all_names(folder);
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) flush_content(entry.path());
  }

  /// The folder becomes what is safe of it, and some of what is not.
  void lose_rest(const std::string& folder) {
    keep_some_names(folder);
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) now_[key_of(entry.path())] = content_of(entry.path());
    const std::string made = folder + ".safe";
    fs::create_directory(made);
    make(key_of(folder), made);
    for (const auto& entry : fs::directory_iterator(folder)) fs::remove_all(entry.path());
    for (const auto& entry : fs::directory_iterator(made))
      fs::rename(entry.path(), fs::path(folder) / entry.path().filename());
    fs::remove(made);
  }

 private:
  struct Named {
    std::string key;
    bool is_folder;
  };

  void keep_some_names(const std::string& folder) {
    if (drawn(plan().seed, plan().action == "posix" ? folder : "names") % 3 == 0) flush_names(folder);
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.is_directory()) keep_some_names(entry.path());
  }

  void make(const std::string& key, const std::string& at) {
    for (const auto& [name, named] : folders_[key]) {
      const std::string path = at + "/" + name;
      if (named.is_folder) {
        fs::create_directory(path);
        make(named.key, path);
      } else {
        std::ofstream(path, std::ios::binary) << kept(named.key, name);
      }
    }
  }

  std::string kept(const std::string& key, const std::string& name) {
    const std::string& safe = contents_[key];
    if (!now_.contains(key)) return safe;
    const std::string& now = now_[key];
    switch (drawn(plan().seed, name) % 3) {
      case 0: return safe;
      case 1: return now.starts_with(safe) ? now.substr(0, safe.size() + (now.size() - safe.size()) / 2) : safe;
      default: return now;
    }
  }

  std::map<std::string, std::string> contents_, now_;
  std::map<std::string, std::map<std::string, Named>> folders_;
};

Safe& safe() {
  static Safe* the_safe = [] {
    auto* made = new Safe;  // never destroyed: the end may be a loss of power
    if (plan().is_power()) made->flush_everything(plan().under);
    return made;
  }();
  return *the_safe;
}

void note_flush(const std::string& path) {
  if (!plan().is_power() || !fs::exists(path)) return;
  const bool is_folder = fs::is_directory(path);
  if (!is_folder) safe().flush_content(path);
  if (plan().action == "power") safe().flush_all_names(plan().under);
  else if (is_folder) safe().flush_names(path);
}

[[noreturn]] void lose_power(const std::string& call, const std::string& path) {
  take_note(plan().action, changes, call, path);
  is_at_work = true;
  safe().lose_rest(plan().under);
  die();
}

// ---- A rename that is lost

struct LostRename {
  std::string from, to, key, old_content;
  bool was_there = false;
  long changes_left = 0;

  bool is_pending() const { return !to.empty(); }

  [[noreturn]] void undo(const std::string& call, const std::string& path) {
    take_note("lost", renames, call, path + " after " + to);
    is_at_work = true;
    if (key_of(to) == key) {
      real<int (*)(const char*, const char*)>("rename")(to.c_str(), from.c_str());
      if (was_there) std::ofstream(to, std::ios::binary) << old_content;
    }
    die();
  }
};

LostRename& lost() {
  static auto* the_lost = new LostRename;
  return *the_lost;
}

// ---- What happens at a change

enum class Then { go_on, half_then_die, full, eio };

/// Called with the disk held, before each change.
Then before_change(const std::string& call, const std::string& path) {
  safe();
  ++changes;
  if (lost().is_pending()) {
    const bool is_flush_of_folder = call == "fsync" && path == fs::path(lost().to).parent_path();
    if (is_flush_of_folder || --lost().changes_left <= 0) lost().undo(call, path);
  }
  if (plan().counts_renames()) return Then::go_on;
  const bool now = plan().action == "full" ? changes >= plan().at : changes == plan().at;
  if (!now) return Then::go_on;
  if (plan().is_power()) lose_power(call, path);
  if (plan().action != "full" || changes == plan().at) take_note(plan().action, changes, call, path);
  if (plan().action == "kill") return Then::half_then_die;
  if (plan().action == "full") return Then::full;
  if (plan().action == "eio") return Then::eio;
  if (plan().action == "int") ::raise(SIGINT);
  if (plan().action == "term") ::raise(SIGTERM);
  if (plan().action == "hup") ::raise(SIGHUP);
  if (plan().action == "stop") ::raise(SIGSTOP);
  return Then::go_on;
}

/// For a change that writes no bytes, and so needs no room.
template <class Change>
int changed(const std::string& call, const std::string& path, Change change) {
  const std::lock_guard lock(disk());
  const int before = errno;
  const Then then = before_change(call, path);
  errno = before;
  if (then == Then::half_then_die) die();
  if (then == Then::eio) return errno = EIO, -1;
  return change();
}

/// `put(n)` writes the first n bytes.
template <class Put>
ssize_t written(const std::string& call, int fd, std::size_t size, Put put) {
  const int before = errno;
  const std::string path = path_of(fd);
  errno = before;
  if (!is_below(path)) return put(size);
  const std::lock_guard lock(disk());
  const Then then = before_change(call, path);
  errno = before;
  static bool is_first = true;  // the disk was full from then on: only what was asked first is half written
  switch (then) {
    case Then::half_then_die: (void)!put(size / 2); die();
    case Then::eio: return errno = EIO, -1;
    case Then::full:
      if (std::exchange(is_first, false) && size > 1) return put(size / 2);
      return errno = ENOSPC, -1;
    case Then::go_on: break;
  }
  return put(size);
}

template <class Rename>
int renamed(const std::string& from, const std::string& to, Rename rename) {
  if (!is_below(to)) return rename();
  return changed("rename", to, [&] {
    ++renames;
    const bool now = plan().counts_renames() && renames == plan().at;
    LostRename undo{from, to, key_of(from), "", false, 1 + static_cast<long>(drawn(plan().seed, "lost") % 12)};
    if (now && fs::is_regular_file(to)) undo.was_there = true, undo.old_content = content_of(to);
    const int result = rename();
    if (now && result == 0 && plan().action == "gap") take_note("gap", renames, "rename", to), die();
    if (now && result == 0 && plan().action == "lost") lost() = undo;
    return result;
  });
}

template <class Flush>
int flushed(const std::string& call, int fd, Flush flush) {
  const std::string path = path_of(fd);
  if (!is_watched(path)) return flush();
  return changed(call, path, [&] {
    const int result = flush();
    if (result == 0) note_flush(path);
    return result;
  });
}

template <class Remove>
int removed(const char* path, Remove remove) {
  const std::string whole = whole_path(path);
  return is_below(whole) ? changed("remove", whole, remove) : remove();
}

template <class Cut>
int cut(const std::string& path, Cut change) {
  return is_below(path) ? changed("cut", path, change) : change();
}

__attribute__((constructor)) void begin() {
  const std::lock_guard lock(disk());
  if (!plan().action.empty()) safe();
}

__attribute__((destructor)) void end() {
  if (plan().action.empty()) return;
  const std::lock_guard lock(disk());
  if (plan().action == "count") take_note("count", changes, "renames", std::to_string(renames));
  if (lost().is_pending()) lost().undo("end", "-");
  if (plan().is_power()) lose_power("end", "-");
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, std::size_t size) {
  static const auto real_write = real<ssize_t (*)(int, const void*, std::size_t)>("write");
  return written("write", fd, size, [&](std::size_t n) { return real_write(fd, bytes, n); });
}

/// std::ofstream writes with this where it has a large block.
ssize_t writev(int fd, const iovec* parts, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return write(fd, bytes.data(), bytes.size());
}

ssize_t pwrite64(int fd, const void* bytes, std::size_t size, off64_t at) {
  static const auto real_pwrite = real<ssize_t (*)(int, const void*, std::size_t, off64_t)>("pwrite64");
  return written("pwrite", fd, size, [&](std::size_t n) { return real_pwrite(fd, bytes, n, at); });
}
ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

/// std::filesystem::copy_file copies with this.
ssize_t sendfile64(int to, int from, off64_t* at, std::size_t size) {
  static const auto real_send = real<ssize_t (*)(int, int, off64_t*, std::size_t)>("sendfile64");
  return written("sendfile", to, size, [&](std::size_t n) { return real_send(to, from, at, n); });
}
ssize_t sendfile(int to, int from, off_t* at, std::size_t size) { return sendfile64(to, from, at, size); }

int rename(const char* from, const char* to) {
  static const auto real_rename = real<int (*)(const char*, const char*)>("rename");
  return renamed(whole_path(from), whole_path(to), [&] { return real_rename(from, to); });
}

int fsync(int fd) {
  static const auto real_fsync = real<int (*)(int)>("fsync");
  return flushed("fsync", fd, [&] { return real_fsync(fd); });
}

int fdatasync(int fd) {
  static const auto real_fdatasync = real<int (*)(int)>("fdatasync");
  return flushed("fdatasync", fd, [&] { return real_fdatasync(fd); });
}

int unlink(const char* path) {
  static const auto real_unlink = real<int (*)(const char*)>("unlink");
  return removed(path, [&] { return real_unlink(path); });
}

int remove(const char* path) {
  static const auto real_remove = real<int (*)(const char*)>("remove");
  return removed(path, [&] { return real_remove(path); });
}

int ftruncate64(int fd, off64_t size) {
  static const auto real_cut = real<int (*)(int, off64_t)>("ftruncate64");
  return cut(path_of(fd), [&] { return real_cut(fd, size); });
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int truncate64(const char* path, off64_t size) {
  static const auto real_cut = real<int (*)(const char*, off64_t)>("truncate64");
  return cut(whole_path(path), [&] { return real_cut(path, size); });
}
int truncate(const char* path, off_t size) { return truncate64(path, size); }
}
