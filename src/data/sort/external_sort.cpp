// Runs of sorted entries, and their merge. Not for: what the entries mean.
#include "udrl/data/external_sort.hpp"

#include <algorithm>
#include <array>
#include <queue>
#include <tuple>
#include <utility>

#include "temporary_file.hpp"
#include "udrl/base/error.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;
using Entry = ExternalSorter::Entry;
using Header = std::array<std::uint64_t, 3>;  // key, order, bytes of the payload

auto place(const auto& entry) { return std::tie(entry.key, entry.order); }

struct Item {
  std::uint64_t key, order;
  std::size_t offset, length;
};

/// Reads one run from its start.
class Run {
 public:
  Run(TemporaryFile file, std::size_t buffer_bytes) : buffer_(buffer_bytes), file_(opened_again(std::move(file))) {
    if (!file_) throw broken();
    std::setvbuf(file_.get(), buffer_.data(), _IOFBF, buffer_.size());
    std::rewind(file_.get());
  }
  bool next() {
    Header header{};
    if (std::fread(header.data(), sizeof header, 1, file_.get()) != 1) {
      if (std::ferror(file_.get()) != 0) throw broken();
      return false;
    }
    entry.key = header[0];
    entry.order = header[1];
    entry.payload.resize(header[2]);
    if (std::fread(entry.payload.data(), 1, header[2], file_.get()) != header[2]) throw broken();
    return true;
  }
  Entry entry;

 private:
  /// A stream of its own: a buffer may be given to one only before it is used, and must outlive it.
  static TemporaryFile opened_again(TemporaryFile file) {
    const int descriptor = ::dup(fileno(file.get()));
    TemporaryFile again(descriptor < 0 ? nullptr : ::fdopen(descriptor, "rb"));
    if (!again && descriptor >= 0) ::close(descriptor);
    return again;
  }
  static Error broken() {
    return failure("a sorted run cannot be read")
        .hint("run the same command again; check the disk if this happens twice");
  }
  std::vector<char> buffer_;  ///< before the file, so that it is freed after it is closed
  TemporaryFile file_;
};

}  // namespace

struct ExternalSorter::Impl {
  void sort_items() {
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return place(a) < place(b); });
  }

  void spill() {
    sort_items();
    runs.push_back(make_temporary_file(where));
    bool good = true;
    for (const Item& item : items) {
      const Header header{item.key, item.order, item.length};
      good = good && std::fwrite(header.data(), sizeof header, 1, runs.back().get()) == 1 &&
             std::fwrite(payloads.data() + item.offset, 1, item.length, runs.back().get()) == item.length;
    }
    if (!good || std::fflush(runs.back().get()) != 0) throw file_error("cannot write a sorted run", where, errno);
    items.clear();
    payloads.clear();
  }

  void merge(const std::function<void(const Entry&)>& take) {
    const std::size_t buffer = std::max<std::size_t>(memory / runs.size(), 4096);
    std::vector<std::unique_ptr<Run>> readers;
    const auto later = [](const Run* a, const Run* b) { return place(a->entry) > place(b->entry); };
    std::priority_queue<Run*, std::vector<Run*>, decltype(later)> heads(later);
    for (TemporaryFile& run : runs) {
      readers.push_back(std::make_unique<Run>(std::move(run), buffer));
      if (readers.back()->next()) heads.push(readers.back().get());
    }
    while (!heads.empty()) {
      Run* run = heads.top();
      heads.pop();
      take(run->entry);
      if (run->next()) heads.push(run);
    }
  }

  fs::path where;
  std::size_t memory;
  std::string payloads;
  std::vector<Item> items;
  std::vector<TemporaryFile> runs;
};

ExternalSorter::ExternalSorter(const fs::path& where, std::size_t memory)
    : impl_(std::make_unique<Impl>(Impl{where, memory, {}, {}, {}})) {}

ExternalSorter::~ExternalSorter() = default;

void ExternalSorter::add(std::uint64_t key, std::uint64_t order, std::string_view payload) {
  impl_->items.push_back({key, order, impl_->payloads.size(), payload.size()});
  impl_->payloads += payload;
  if (impl_->payloads.size() + impl_->items.size() * sizeof(Item) >= impl_->memory) impl_->spill();
}

void ExternalSorter::drain(const std::function<void(const Entry&)>& take) {
  if (!impl_->runs.empty()) {
    impl_->spill();
    impl_->items.shrink_to_fit();
    impl_->payloads.shrink_to_fit();
    impl_->merge(take);
    impl_->runs.clear();
    return;
  }
  impl_->sort_items();
  for (const Item& item : impl_->items) take({item.key, item.order, impl_->payloads.substr(item.offset, item.length)});
  impl_->items.clear();
  impl_->payloads.clear();
}

}  // namespace udrl::data
