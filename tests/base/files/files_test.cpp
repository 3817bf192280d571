// Files whole or not at all, errors that name them, hashes.
#include "udrl/base/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/errors/expect_error.hpp"
#include "base/process/child.hpp"
#include "catch.hpp"
#include "temp_folder.hpp"
#include "udrl/base/descriptor.hpp"
#include "udrl/base/reread.hpp"

using namespace udrl;
using namespace udrl::test;
namespace fs = std::filesystem;

namespace {

bool ended_with(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

void allow_files_of(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit { bytes, bytes };
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace

TEST_CASE("what is written is read again") {
  const TempFolder folder;
  const std::string content("a\0b\n⟨", 7);
  write_file_atomic(folder.path() / "x", content);
  CHECK(read_file(folder.path() / "x") == content);
  write_file_atomic(folder.path() / "x", [](std::ostream& out) { out << "streamed " << 5; });
  CHECK(read_file(folder.path() / "x") == "streamed 5");
  CHECK(folder.entries() == 1);
}

TEST_CASE("streamed content may be larger than any buffer") {
  const TempFolder folder;
  const std::string line(999, 'x');
  write_file_atomic(folder.path() / "x", [&](std::ostream& out) {
    for (int i = 0; i < 1000; ++i) out << line << '\n';
  });
  CHECK(fs::file_size(folder.path() / "x") == 1000000);
}

TEST_CASE("a file in the current folder needs no folder in its name") {
  const TempFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file_atomic("bare", "1");
  fs::current_path(before);
  CHECK(content_of(folder.path() / "bare") == "1");
}

TEST_CASE("a write that fails half-way leaves the old file and nothing else") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "old");
  const auto half = [](std::ostream& out) {
    out << "new" << std::flush;
    throw std::runtime_error("the source broke");
  };
  CHECK_THROWS_AS(write_file_atomic(file, half), std::runtime_error);
  CHECK(content_of(file) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a process that dies while it writes leaves the old file") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "old");
  const int status = wait_status_of_child([&] {
    write_file_atomic(file, [](std::ostream& out) {
      out << "new" << std::flush;
      ::kill(::getpid(), SIGKILL);
    });
    return 0;
  });
  CHECK(WIFSIGNALED(status));
  CHECK(content_of(file) == "old");
}

TEST_CASE("a file that may not grow leaves the old file and nothing else") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "old");
  const bool streamed = GENERATE(false, true);
  const int status = wait_status_of_child([&] {
    allow_files_of(4096);
    const std::string large(100000, 'x');
    const std::string error = error_of([&] {
      if (streamed) write_file_atomic(file, [&](std::ostream& out) { out << large; });
      else write_file_atomic(file, large);
    });
    return contains(error, "1 " + file.string() + ": cannot write the file: the file is larger") ? 0 : 1;
  });
  CHECK(ended_with(status, 0));
  CHECK(content_of(file) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("lines are added whole, and keep apart from a torn one") {
  const TempFolder folder;
  const fs::path file = folder.path() / "x";
  append_line(file, "one");
  append_line(file, "two");
  CHECK(content_of(file) == "one\ntwo\n");
  std::ofstream(file, std::ios::app) << "to";
  append_line(file, "three");
  CHECK(content_of(file) == "one\ntwo\nto\nthree\n");
  CHECK(contains(error_of([&] { append_line(folder.path() / "none" / "x", "one"); }), "no such file or folder"));
}

TEST_CASE("of a line that finds no room nothing is left, and what was there stays") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "one\n");
  const int status = wait_status_of_child([&] {
    allow_files_of(4096);
    const std::string error = error_of([&] { append_line(file, std::string(100000, 'x')); });
    return contains(error, "1 " + file.string() + ": cannot write the file: the file is larger") ? 0 : 1;
  });
  CHECK(ended_with(status, 0));
  CHECK(content_of(file) == "one\n");
}

TEST_CASE("lines that several add at once are all there, and whole") {
  const TempFolder folder;
  const fs::path file = folder.path() / "x";
  std::vector<std::thread> writers;
  for (const char name : {'a', 'b', 'c'})
    writers.emplace_back([&file, name] {
      for (int i = 0; i < 10; ++i) append_line(file, std::string(100, name));
    });
  for (std::thread& writer : writers) writer.join();
  std::istringstream lines(content_of(file));
  int whole = 0;
  for (std::string line; std::getline(lines, line);) whole += line == std::string(100, line.at(0));
  CHECK(whole == 30);
}

TEST_CASE("a full disk is named and is a failure") {
  const std::string error = error_of([] { write_file_atomic("/dev/full", "x"); });
  CHECK(contains(error, "1 /dev/full: cannot write the file: the disk is full"));
  CHECK(contains(error, "hint:     free some space"));
  const auto stream = [](std::ostream& out) { out << std::string(1 << 20, 'x'); };
  CHECK(contains(error_of([&] { write_file_atomic("/dev/full", stream); }), "the disk is full"));
  CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("a file that something else writes appears whole or not at all") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "old");
  fs::path draft;
  const auto broken = [&](const fs::path& to) {
    draft = to;
    std::ofstream(to) << "half";
    throw udrl::failure("broken");
  };
  CHECK_THROWS_AS(make_file_atomic(file, broken), udrl::Error);
  CHECK(draft.parent_path() == file.parent_path());
  CHECK(content_of(file) == "old");
  CHECK(folder.entries() == 1);
  make_file_atomic(file, [](const fs::path& to) { std::ofstream(to) << "new"; });
  CHECK(content_of(file) == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("what killed processes left of a file goes when it is written again, what another is writing stays") {
  const TempFolder folder;
  for (const char* left : {".x.tmp-1-2", ".x.tmp-3", ".y.tmp-1-2"}) folder.file(left, "half");
  const Descriptor held(::open((folder.path() / ".x.tmp-3").c_str(), O_WRONLY));
  REQUIRE(::flock(held.get(), LOCK_EX | LOCK_NB) == 0);
  write_file_atomic(folder.path() / "x", "whole");
  CHECK(content_of(folder.path() / "x") == "whole");
  CHECK_FALSE(fs::exists(folder.path() / ".x.tmp-1-2"));
  CHECK(fs::exists(folder.path() / ".x.tmp-3"));
  CHECK(fs::exists(folder.path() / ".y.tmp-1-2"));
}

TEST_CASE("the permissions of a file that is replaced stay") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "old");
  ::chmod(file.c_str(), 0640);
  write_file_atomic(file, "new");
  CHECK((fs::status(file).permissions() & fs::perms::mask) == static_cast<fs::perms>(0640));
}

TEST_CASE("a link stays a link to the new content") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "old");
  fs::create_symlink("x", folder.path() / "link");
  write_file_atomic(folder.path() / "link", "new");
  CHECK(fs::is_symlink(folder.path() / "link"));
  CHECK(content_of(file) == "new");
}

TEST_CASE("a file that cannot be read is named with its reason") {
  const TempFolder folder;
  const fs::path missing = folder.path() / "missing";
  for (const auto& error : {error_of([&] { (void)read_file(missing); }), error_of([&] { (void)sha256_file(missing); })})
    CHECK(contains(error, "2 " + missing.string() + ": cannot read the file: there is no such file or folder"));
  CHECK(contains(error_of([&] { (void)read_file(folder.path()); }), "it is a folder"));
  CHECK(contains(error_of([&] { (void)sha256_file(folder.path()); }), "it is a folder"));
}

TEST_CASE("a file of more than 64 MiB is no document, and told before it is read") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "1");
  constexpr std::uintmax_t most = longest_document_mib << 20U;
  fs::resize_file(file, most + 1);  // a hole: it takes no room on the disk
  const std::string error = error_of([&] { (void)read_file(file); });
  CHECK(contains(error, "2 " + file.string() + ": the file is too long to be read whole"));
  CHECK(contains(error, "expected: at most 64 MiB"));
  CHECK(contains(error, "got:      67108865 bytes"));
  CHECK(contains(error, "hint:"));
  CHECK(error_of([&] { check_document_length(file); }) == error);
  CHECK(read_weights(file).size() == most + 1);
  fs::resize_file(file, most);
  CHECK(read_file(file).size() == most);
}

TEST_CASE("a device without end is no document") {
  const std::string error = error_of([] { (void)read_file("/dev/zero"); });
  CHECK(contains(error, "2 /dev/zero: the file is too long to be read whole"));
  CHECK(contains(error, "got:      more"));
}

TEST_CASE("a file cannot be written where there is no folder") {
  const TempFolder folder;
  const fs::path file = folder.path() / "no" / "x";
  CHECK(contains(error_of([&] { write_file_atomic(file, "1"); }),
                 "2 " + file.string() + ": cannot write the file: there is no"));
  CHECK(contains(error_of([&] { write_file_atomic(folder.path(), "1"); }), "it is a folder"));
}

TEST_CASE("a folder is made with its parents and may be there already") {
  const TempFolder folder;
  make_folder(folder.path() / "a" / "b");
  make_folder(folder.path() / "a" / "b");
  CHECK(fs::is_directory(folder.path() / "a" / "b"));
  folder.file("x", "");
  CHECK(contains(error_of([&] { make_folder(folder.path() / "x"); }), "cannot create the folder"));
  CHECK(contains(error_of([&] { make_folder(folder.path() / "x" / "y"); }), "cannot create the folder"));
}

// FIPS 180-2, appendix B.
TEST_CASE("sha256 gives the published answers") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const TempFolder folder;
  const fs::path million = folder.file("million", std::string(1000000, 'a'));
  CHECK(sha256_file(million) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a content id is the first half of the hash of its joined fields") {
  CHECK(content_id({"ab", "c"}) == sha256("ab\x1f"
                                          "c")
                                       .substr(0, 32));
  CHECK(content_id({"ab", "c"}) != content_id({"a", "bc"}));
  CHECK(content_id({"ab", ""}) != content_id({"ab"}));
}

TEST_CASE("a pipe is hashed and read as a file of the same bytes") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "holiday sale\n", 13) == 13);
  ::close(ends[1]);
  const fs::path pipe = "/dev/fd/" + std::to_string(ends[0]);
  CHECK(sha256_file(pipe) == sha256("holiday sale\n"));
  CHECK(read_file(pipe) == "holiday sale\n");
  CHECK(read_file("/proc/self/fd/" + std::to_string(ends[0])) == "holiday sale\n");
  const TempFolder folder;
  CHECK(rereadable(folder.file("x", "1")) == folder / "x");
  CHECK(rereadable(folder.path()) == folder.path());
  CHECK(rereadable(folder / "nowhere") == folder / "nowhere");
  ::close(ends[0]);
}

TEST_CASE("more than is kept of a pipe is refused, with the limit and the cure") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "holiday sale\n", 13) == 13);
  ::close(ends[1]);
  const fs::path pipe = "/dev/fd/" + std::to_string(ends[0]);
  const std::string error = error_of([&] { (void)rereadable(pipe, 12); });
  CHECK(contains(error, "2 " + pipe.string() + ": more comes through a pipe than is kept of one"));
  CHECK(contains(error, "at most 12 bytes"));
  CHECK(contains(error, "write it into a file"));
  ::close(ends[0]);
}

TEST_CASE("of a pipe no more is kept than a document may have where one is read") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto left_after = [&](std::size_t bytes) {
    const std::string block(std::size_t{1} << 20, 'a');
    while (bytes > 0) {
      const ssize_t n = ::write(ends[1], block.data(), std::min(bytes, block.size()));
      if (n <= 0) break;
      bytes -= static_cast<std::size_t>(n);
    }
    ::close(ends[1]);
    return bytes;
  };
  std::size_t left = 1;
  std::thread writer([&] { left = left_after((longest_document_mib << 20U) + 1); });
  const fs::path pipe = "/dev/fd/" + std::to_string(ends[0]);
  const std::string error = error_of([&] { (void)read_file(pipe); });
  writer.join();
  CHECK(left == 0);
  CHECK(contains(error, "2 " + pipe.string() + ": the file is too long to be read whole"));
  CHECK(contains(error, "at most 64 MiB"));
  ::close(ends[0]);
}
