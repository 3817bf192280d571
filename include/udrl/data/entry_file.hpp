// Entries of one size by number, on disk: what is known of each of millions of records, in flat memory. Not for: what
// must outlive the process, or another machine (bytes are written as they lie in memory).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

namespace udrl::data {

/// A file without a name: nothing is left, however it ends. All but the constructor throw `Error` (failure) where the
/// disk is full or cannot be read.
class EntryFile {
 public:
  /// `where`: an existing folder, on whose disk the file lies.
  EntryFile(const std::filesystem::path& where, std::size_t entry_bytes);
  ~EntryFile();
  EntryFile(EntryFile&&) noexcept;
  EntryFile& operator=(EntryFile&&) noexcept;

  void append(std::span<const std::byte> entry);
  std::uint64_t size() const;
  /// Whole entries from number `first` on, as many as fit into `to`; all of them must exist.
  void read(std::uint64_t first, std::span<std::byte> to);
  /// Changes bytes of one entry, from its byte `at` on.
  void change(std::uint64_t number, std::size_t at, std::span<const std::byte> bytes);
  /// Every entry in order, in large blocks.
  void for_each(const std::function<void(std::uint64_t number, std::span<const std::byte> entry)>& use);
  /// The same; what `change` leaves in an entry is written back.
  void update(const std::function<void(std::uint64_t number, std::span<std::byte> entry)>& change);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::data
