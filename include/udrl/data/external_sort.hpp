// Sorting of more entries than fit into memory: sorted runs on disk, merged. For: shuffles and joins of millions of
// records in flat memory. Not for: what must outlive the process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace udrl::data {

/// Entries in ascending order of (key, order). The runs lie in a temporary folder that the destructor removes.
class ExternalSorter {
 public:
  struct Entry {
    std::uint64_t key = 0, order = 0;
    std::string payload;
  };
  /// `folder` is made below `where`, which must exist. `memory` is in bytes, for the buffer and, while merging, for
  /// reading the runs.
  explicit ExternalSorter(const std::filesystem::path& where, std::size_t memory = std::size_t{32} << 20);
  ~ExternalSorter();
  ExternalSorter(const ExternalSorter&) = delete;
  ExternalSorter& operator=(const ExternalSorter&) = delete;

  /// Throws `failure` where a run cannot be written (full disk).
  void add(std::uint64_t key, std::uint64_t order, std::string_view payload = {});
  /// Hands over every entry, once; the sorter is empty afterwards. Throws `failure` where a run cannot be read.
  void drain(const std::function<void(const Entry&)>& take);

 private:
  struct Item {
    std::uint64_t key, order;
    std::size_t offset, length;
  };
  std::filesystem::path run_file(std::size_t number) const;
  void sort_items();
  void spill();
  void merge(const std::function<void(const Entry&)>& take) const;

  std::filesystem::path folder_;
  std::size_t memory_;
  std::string payloads_;
  std::vector<Item> items_;
  std::size_t runs_ = 0;
};

}  // namespace udrl::data
