// Entries through one descriptor: appended through a buffer, read and changed in place. Not for: sorting.
#include "udrl/data/entry_file.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <vector>

#include "temporary_file.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = std::size_t{1} << 18;

}  // namespace

struct EntryFile::Impl {
  Impl(const fs::path& folder, std::size_t bytes)
      : where(folder), entry_bytes(bytes), file(make_temporary_file(folder)) {
    assert(entry_bytes > 0);
  }

  int descriptor() const { return fileno(file.get()); }

  Error broken(const std::string& how) const { return file_error("cannot " + how + " a temporary file", where, errno); }

  /// write(2) and not pwrite(2): the tests' full disk is in the former (fault.cpp).
  void put(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw broken("write");
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }

  void flush() {
    put(appended);
    appended.clear();
  }

  void read_at(std::uint64_t byte, std::span<std::byte> to) const {
    while (!to.empty()) {
      const ssize_t n = ::pread(descriptor(), to.data(), to.size(), static_cast<off_t>(byte));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) throw broken("read");
      to = to.subspan(static_cast<std::size_t>(n));
      byte += static_cast<std::uint64_t>(n);
    }
  }

  void write_at(std::uint64_t byte, std::span<const std::byte> from) const {
    while (!from.empty()) {
      const ssize_t n = ::pwrite(descriptor(), from.data(), from.size(), static_cast<off_t>(byte));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw broken("write");
      from = from.subspan(static_cast<std::size_t>(n));
      byte += static_cast<std::uint64_t>(n);
    }
  }

  /// Blocks of whole entries; `use` is given (number of the first, the block).
  template <class Use>
  void for_each_block(Use use) {
    flush();
    const std::uint64_t in_block = std::max<std::size_t>(buffer_bytes / entry_bytes, 1);
    std::vector<std::byte> block;
    for (std::uint64_t first = 0; first < size; first += in_block) {
      block.resize(std::min(in_block, size - first) * entry_bytes);
      read_at(first * entry_bytes, block);
      use(first, std::span<std::byte>(block));
    }
  }

  template <class Use>
  void for_each_in(std::span<std::byte> block, std::uint64_t first, Use use) const {
    for (std::size_t at = 0; at < block.size(); at += entry_bytes) use(first++, block.subspan(at, entry_bytes));
  }

  fs::path where;
  std::size_t entry_bytes;
  TemporaryFile file;
  std::uint64_t size = 0;
  std::vector<std::byte> appended;  ///< not yet in the file, at its end
};

EntryFile::EntryFile(const fs::path& where, std::size_t entry_bytes)
    : impl_(std::make_unique<Impl>(where, entry_bytes)) {}
EntryFile::~EntryFile() = default;
EntryFile::EntryFile(EntryFile&&) noexcept = default;
EntryFile& EntryFile::operator=(EntryFile&&) noexcept = default;

void EntryFile::append(std::span<const std::byte> entry) {
  assert(entry.size() == impl_->entry_bytes);
  impl_->appended.insert(impl_->appended.end(), entry.begin(), entry.end());
  ++impl_->size;
  if (impl_->appended.size() >= buffer_bytes) impl_->flush();
}

std::uint64_t EntryFile::size() const { return impl_->size; }

void EntryFile::read(std::uint64_t first, std::span<std::byte> to) {
  assert(first * impl_->entry_bytes + to.size() <= impl_->size * impl_->entry_bytes);
  impl_->flush();
  impl_->read_at(first * impl_->entry_bytes, to);
}

void EntryFile::change(std::uint64_t number, std::size_t at, std::span<const std::byte> bytes) {
  assert(number < impl_->size && at + bytes.size() <= impl_->entry_bytes);
  impl_->flush();
  impl_->write_at(number * impl_->entry_bytes + at, bytes);
}

void EntryFile::for_each(const std::function<void(std::uint64_t, std::span<const std::byte>)>& use) {
  impl_->for_each_block(
      [&](std::uint64_t first, std::span<std::byte> block) { impl_->for_each_in(block, first, use); });
}

void EntryFile::update(const std::function<void(std::uint64_t, std::span<std::byte>)>& change) {
  impl_->for_each_block([&](std::uint64_t first, std::span<std::byte> block) {
    impl_->for_each_in(block, first, change);
    impl_->write_at(first * impl_->entry_bytes, block);
  });
}

}  // namespace udrl::data
