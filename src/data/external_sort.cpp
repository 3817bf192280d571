// Runs of sorted entries, and their merge. Not for: what the entries mean.
#include "udrl/data/external_sort.hpp"

#include <algorithm>
#include <array>
#include <queue>
#include <tuple>

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
  explicit Run(std::FILE* file, std::size_t buffer_bytes) : file_(file), buffer_(buffer_bytes) {
    std::rewind(file_);
    std::setvbuf(file_, buffer_.data(), _IOFBF, buffer_.size());
  }
  bool next() {
    Header header{};
    if (std::fread(header.data(), sizeof header, 1, file_) != 1) {
      if (std::ferror(file_) != 0) throw broken();
      return false;
    }
    entry.key = header[0];
    entry.order = header[1];
    entry.payload.resize(header[2]);
    if (std::fread(entry.payload.data(), 1, header[2], file_) != header[2]) throw broken();
    return true;
  }
  Entry entry;

 private:
  static Error broken() { return failure("a sorted run cannot be read").hint("start again; is the disk in order?"); }
  std::FILE* file_;
  std::vector<char> buffer_;
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

  void merge(const std::function<void(const Entry&)>& take) const {
    const std::size_t buffer = std::max<std::size_t>(memory / runs.size(), 4096);
    std::vector<std::unique_ptr<Run>> readers;
    const auto later = [](const Run* a, const Run* b) { return place(a->entry) > place(b->entry); };
    std::priority_queue<Run*, std::vector<Run*>, decltype(later)> heads(later);
    for (const TemporaryFile& run : runs) {
      readers.push_back(std::make_unique<Run>(run.get(), buffer));
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
