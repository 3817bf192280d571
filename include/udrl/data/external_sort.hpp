// Sorting of more entries than fit into memory: sorted runs on disk, merged. For: shuffles and joins of millions of
// records in flat memory. Not for: what must outlive the process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace udrl::data {

/// Entries in ascending order of (key, order). Runs lie in files without names: nothing is left, however it ends.
class ExternalSorter {
 public:
  struct Entry {
    std::uint64_t key = 0, order = 0;
    std::string payload;
  };
  /// `where`: an existing folder, on whose disk the runs lie. `memory` is in bytes, for the buffer and, while merging,
  /// for reading the runs.
  explicit ExternalSorter(const std::filesystem::path& where, std::size_t memory = std::size_t{32} << 20);
  ~ExternalSorter();
  ExternalSorter(const ExternalSorter&) = delete;
  ExternalSorter& operator=(const ExternalSorter&) = delete;

  /// Throws `failure` where a run cannot be written (full disk).
  void add(std::uint64_t key, std::uint64_t order, std::string_view payload = {});
  /// Hands over every entry, once; the sorter is empty afterwards. Throws `failure` where a run cannot be read.
  void drain(const std::function<void(const Entry&)>& take);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::data
