// Writing shards: whole lines whatever happens, and the same bytes after an interruption as without one.
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/data/shards.hpp"

using namespace udrl;
using namespace udrl::data;
using namespace udrl::data::testing;

namespace {

Json numbered(int n) { return {{"n", n}, {"text", "record " + std::to_string(n)}}; }

void write(const fs::path& folder, int first, int last, WriteOptions options = {}) {
  ShardWriter writer(folder, options);
  for (int i = first; i <= last; ++i) writer.append(numbered(i));
  writer.close();
}

// Name and bytes of each shard.
std::map<std::string, std::string> bytes_of(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const fs::path& shard : list_shards(folder)) out[shard.filename().string()] = get(shard);
  return out;
}

std::vector<int> numbers_in(const fs::path& folder) {
  JsonLinesReader reader(folder);
  std::vector<int> out;
  while (const auto json = reader.next()) out.push_back(json->at("n").get<int>());
  return out;
}

std::vector<int> up_to(int n) {
  std::vector<int> out;
  for (int i = 1; i <= n; ++i) out.push_back(i);
  return out;
}

WriteOptions tens(bool compress = false) { return {10, compress}; }

// Files may not grow beyond `bytes` while this lives: what a full disk does, without one.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("Shards roll over at their size") {
  const TempFolder folder;
  write(folder / "out", 1, 25, tens());
  const auto bytes = bytes_of(folder / "out");
  REQUIRE(bytes.size() == 3);
  CHECK(bytes.count("part-00002.jsonl") == 1);
  CHECK(std::count(bytes.at("part-00000.jsonl").begin(), bytes.at("part-00000.jsonl").end(), '\n') == 10);
  CHECK(numbers_in(folder / "out") == up_to(25));
}

TEST_CASE("A full last shard is not followed by an empty one") {
  const TempFolder folder;
  write(folder / "out", 1, 20, tens());
  CHECK(bytes_of(folder / "out").size() == 2);
  write(folder / "out", 21, 20, tens());
  CHECK(bytes_of(folder / "out").size() == 2);
}

TEST_CASE("A run cut anywhere and gone on leaves the same bytes") {
  const TempFolder folder;
  write(folder / "whole", 1, 35, tens());
  for (const int cut : {0, 1, 9, 10, 11, 29, 30, 35}) {
    const fs::path out = folder / ("cut" + std::to_string(cut));
    write(out, 1, cut, tens());
    if (has_shards(out)) std::ofstream(list_shards(out).back(), std::ios::app) << "{\"n\":99,\"te";  // a torn line
    write(out, cut + 1, 35, tens());
    INFO("cut after " << cut);
    CHECK(bytes_of(out) == bytes_of(folder / "whole"));
  }
}

TEST_CASE("Compressed shards are the same bytes each time, and others follow them") {
  const TempFolder folder;
  write(folder / "a", 1, 25, tens(true));
  write(folder / "b", 1, 25, tens(true));
  CHECK(bytes_of(folder / "a") == bytes_of(folder / "b"));
  CHECK(bytes_of(folder / "a").count("part-00002.jsonl.gz") == 1);
  CHECK(get(folder / "a/part-00000.jsonl.gz").substr(4, 4) == std::string(4, '\0'));  // no time in the header
  write(folder / "a", 26, 27, tens());
  CHECK(bytes_of(folder / "a").count("part-00003.jsonl") == 1);
  write(folder / "a", 28, 28, tens(true));
  CHECK(bytes_of(folder / "a").count("part-00004.jsonl.gz") == 1);
  CHECK(numbers_in(folder / "a") == up_to(28));
}

TEST_CASE("An unfinished compressed shard leaves no trace") {
  const TempFolder folder;
  put(folder / "part-00000.jsonl.gz.tmp", "left by a killed run");
  ShardWriter writer(folder.path(), tens(true));
  CHECK_FALSE(fs::exists(folder / "part-00000.jsonl.gz.tmp"));
  writer.append(numbered(1));
  writer.flush();
  CHECK_FALSE(has_shards(folder.path()));
  writer.close();
  CHECK(numbers_in(folder.path()) == up_to(1));
}

TEST_CASE("Appended lines are on the disk after a flush") {
  const TempFolder folder;
  ShardWriter writer(folder.path());
  writer.append(numbered(1));
  CHECK_FALSE(has_shards(folder.path()));
  writer.flush();
  CHECK(numbers_in(folder.path()) == up_to(1));
}

TEST_CASE("A second writer in the same folder is refused until the first has closed") {
  const TempFolder folder;
  ShardWriter writer(folder.path());
  const auto refused = error_of([&] { ShardWriter second(folder.path()); });
  REQUIRE(refused);
  CHECK(refused->kind() == ErrorKind::user);
  CHECK_THROWS_AS(HeldFolder(folder.path()), Error);
  writer.close();
  CHECK_FALSE(error_of([&] { ShardWriter second(folder.path()); }));
}

TEST_CASE("Repair cuts after the last newline and nothing else") {
  const TempFolder folder;
  const std::string lines = "{\"n\":1}\n{\"n\":2}\n";
  put(folder / "part-00000.jsonl", lines);
  put(folder / "part-00001.jsonl", lines + "{\"n\"");
  put(folder / "part-00002.jsonl", std::string(10000, 'x'));
  put(folder / "part-00003.jsonl", lines + std::string(9000, 'x'));
  put(folder / "notes.txt", "no newline");
  CHECK(repair_shards(HeldFolder(folder.path())) == 4 + 10000 + 9000);
  CHECK(get(folder / "part-00000.jsonl") == lines);
  CHECK(get(folder / "part-00001.jsonl") == lines);
  CHECK(get(folder / "part-00002.jsonl").empty());
  CHECK(get(folder / "part-00003.jsonl") == lines);
  CHECK(get(folder / "notes.txt") == "no newline");
  CHECK(repair_shards(HeldFolder(folder.path())) == 0);
}

TEST_CASE("A write that fails keeps whole lines, says so, and can be gone on with") {
  const TempFolder folder;
  const std::string line = to_line(numbered(1)) + "\n";
  for (const std::size_t limit : {std::size_t{1}, line.size() - 1, line.size(), line.size() + 1, line.size() * 3 - 2}) {
    const fs::path out = folder / std::to_string(limit);
    ShardWriter writer(out);
    {
      const FileLimit full(limit);
      for (int i = 1; i <= 5; ++i) writer.append(numbered(i));
      const auto error = error_of([&] { writer.flush(); });
      REQUIRE(error);
      CHECK(error->kind() == ErrorKind::failure);
      CHECK(contains(error->what(), "kept"));
      CHECK(contains(error->cure(), "run the same command again"));
    }
    const std::string kept = get(out / "part-00000.jsonl");
    INFO("limit " << limit << " kept " << kept);
    CHECK(kept.size() == limit / line.size() * line.size());
    CHECK((kept.empty() || kept.back() == '\n'));
    writer.flush();
    writer.close();
    CHECK(numbers_in(out) == up_to(5));
  }
}

TEST_CASE("A full device is named a full disk") {
  const TempFolder folder;
  if (!fs::exists("/dev/full")) return;
  ShardWriter writer(folder.path());
  fs::create_symlink("/dev/full", folder / "part-00000.jsonl");
  writer.append(numbered(1));
  CHECK(contains(message_of([&] { writer.flush(); }), "the disk is full"));
}

TEST_CASE("A compressed shard that does not fit is dropped whole") {
  const TempFolder folder;
  write(folder.path(), 1, 10, tens(true));
  {
    ShardWriter writer(folder.path(), tens(true));
    writer.append(numbered(11));
    {
      const FileLimit full(10);
      CHECK_THROWS_AS(writer.close(), Error);
    }
    CHECK_THROWS_AS(writer.close(), Error);  // room again, but part of the shard is gone
  }
  CHECK_FALSE(fs::exists(folder / "part-00001.jsonl.gz.tmp"));
  CHECK(numbers_in(folder.path()) == up_to(10));
}

TEST_CASE("A writer killed at any moment loses no flushed line") {
  const TempFolder folder;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ShardWriter writer(folder.path(), tens());
    for (int i = 1; i <= 25; ++i) {
      writer.append(numbered(i));
      if (i == 23) writer.flush();
    }
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  CHECK(repair_shards(HeldFolder(folder.path())) == 0);
  CHECK(numbers_in(folder.path()) == up_to(23));
  write(folder.path(), 24, 25, tens());
  CHECK(numbers_in(folder.path()) == up_to(25));
}

TEST_CASE("A folder that cannot be made is named") {
  const TempFolder folder;
  put(folder / "file", "");
  CHECK(contains(message_of([&] { ShardWriter writer(folder / "file"); }), "file"));
  CHECK_THROWS_AS(ShardWriter(folder / "out", WriteOptions{0, false}), Error);
}
