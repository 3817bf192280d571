// Which files of a folder are shards, and mending their ends. Not for: reading or writing records.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>

#include "shard_file.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "part-", plain = ".jsonl", compressed = ".jsonl.gz";

// The number of part-NNNNN.jsonl or part-NNNNN.jsonl.gz; nothing for another name.
std::optional<std::uint64_t> number_of(const std::string& name) {
  std::string_view rest = name;
  if (!rest.starts_with(prefix)) return std::nullopt;
  rest.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || end == rest.data()) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (rest != plain && rest != compressed) return std::nullopt;
  return number;
}

std::map<std::uint64_t, fs::path> shards_in(const fs::path& folder) {
  std::map<std::uint64_t, fs::path> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto number = number_of(it->path().filename().string());
    if (!number || it->is_directory()) continue;
    const auto [where, fresh] = out.emplace(*number, it->path());
    if (!fresh) {
      throw user_error("two files have the same shard number")
          .at(folder.string())
          .got(where->second.filename().string() + " and " + it->path().filename().string())
          .hint("remove one of them");
    }
  }
  if (error) throw user_error("cannot read the folder").at(folder.string()).got(error.message());
  return out;
}

std::string hint_for_no_shards(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> below;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory() && has_shards(it->path())) below.push_back(it->path().string());
  }
  std::sort(below.begin(), below.end());
  if (!below.empty()) return "did you mean " + below.front() + "?";
  return "name the folder that an earlier stage wrote, or run that stage first";
}

Error cannot_repair(const fs::path& file) {
  return failure("cannot repair the shard").at(file.string()).got(std::strerror(errno));
}

// The size of the file up to and with its last newline.
off_t whole_lines(int fd, off_t size, const fs::path& file) {
  char block[4096];
  while (size > 0) {
    const off_t begin = std::max<off_t>(0, size - static_cast<off_t>(sizeof block));
    const ssize_t n = ::pread(fd, block, static_cast<std::size_t>(size - begin), begin);
    if (n != size - begin) throw cannot_repair(file);
    for (off_t i = size - begin; i > 0; --i) {
      if (block[i - 1] == '\n') return begin + i;
    }
    size = begin;
  }
  return 0;
}

std::uint64_t repair(const fs::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) throw cannot_repair(file);
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  const off_t whole = whole_lines(fd.get(), size, file);
  if (whole < size && ::ftruncate(fd.get(), whole) != 0) throw cannot_repair(file);
  return static_cast<std::uint64_t>(size - whole);
}

}  // namespace

bool has_shards(const fs::path& folder) { return fs::is_directory(folder) && !shards_in(folder).empty(); }

std::vector<fs::path> list_shards(const fs::path& folder_or_file) {
  if (!fs::exists(folder_or_file)) {
    throw user_error("no such file or folder")
        .at(folder_or_file.string())
        .hint("name the folder that an earlier stage wrote, or run that stage first");
  }
  if (!fs::is_directory(folder_or_file)) return {folder_or_file};
  std::vector<fs::path> out;
  for (const auto& shard : shards_in(folder_or_file)) out.push_back(shard.second);
  if (!out.empty()) return out;
  throw user_error("the folder holds no shards")
      .at(folder_or_file.string())
      .expected("files named part-NNNNN.jsonl or part-NNNNN.jsonl.gz")
      .hint(hint_for_no_shards(folder_or_file));
}

std::uint64_t shard_number(const fs::path& shard) { return number_of(shard.filename().string()).value_or(0); }

fs::path shard_path(const fs::path& folder, std::uint64_t number, bool gzip) {
  std::string digits = std::to_string(number);
  if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
  return folder / (std::string(prefix) + digits + std::string(gzip ? compressed : plain));
}

std::uint64_t repair_shards(const HeldFolder& folder) {
  std::uint64_t dropped = 0;
  for (const auto& shard : shards_in(folder.path())) {
    if (shard.second.extension() == plain) dropped += repair(shard.second);
  }
  return dropped;
}

}  // namespace udrl::data
