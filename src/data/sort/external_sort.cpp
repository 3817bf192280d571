// Runs of sorted entries, and their merge. Not for: what the entries mean.
#include "udrl/data/external_sort.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
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

/// Files that a process may have open are few (often 1,024): so many runs are merged into one that is read as one.
constexpr std::size_t runs_at_once = 200;

struct Item {
  std::uint64_t key, order;
  std::size_t offset, length;
};

/// Writes one run.
class Draft {
 public:
  explicit Draft(const fs::path& where) : where_(where), file_(make_temporary_file(where)) {}

  void append(std::uint64_t key, std::uint64_t order, std::string_view payload) {
    const Header header{key, order, payload.size()};
    good_ = good_ && std::fwrite(header.data(), sizeof header, 1, file_.get()) == 1 &&
            std::fwrite(payload.data(), 1, payload.size(), file_.get()) == payload.size();
  }
  TemporaryFile done() {
    if (!good_ || std::fflush(file_.get()) != 0) throw file_error("cannot write a sorted run", where_, errno);
    return std::move(file_);
  }

 private:
  const fs::path& where_;
  TemporaryFile file_;
  bool good_ = true;
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
    Draft draft(where);
    for (const Item& item : items)
      draft.append(item.key, item.order, std::string_view(payloads).substr(item.offset, item.length));
    runs.push_back(draft.done());
    items.clear();
    payloads.clear();
    if (runs.size() < runs_at_once) return;
    Draft larger(where);
    merge(runs, [&](const Entry& entry) { larger.append(entry.key, entry.order, entry.payload); });
    runs.clear();
    larger_runs.push_back(larger.done());
  }

  void merge_all(const std::function<void(const Entry&)>& take) {
    std::vector<TemporaryFile> all = std::move(larger_runs);
    std::move(runs.begin(), runs.end(), std::back_inserter(all));
    larger_runs.clear();
    runs.clear();
    merge(all, take);
  }

  void merge(std::vector<TemporaryFile>& from, const std::function<void(const Entry&)>& take) const {
    const std::size_t buffer = std::max<std::size_t>(memory / from.size(), 4096);
    std::vector<std::unique_ptr<Run>> readers;
    const auto later = [](const Run* a, const Run* b) { return place(a->entry) > place(b->entry); };
    std::priority_queue<Run*, std::vector<Run*>, decltype(later)> heads(later);
    for (TemporaryFile& run : from) {
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
  std::vector<TemporaryFile> runs, larger_runs;
};

ExternalSorter::ExternalSorter(const fs::path& where, std::size_t memory)
    : impl_(std::make_unique<Impl>(Impl{where, memory, {}, {}, {}, {}})) {}

ExternalSorter::~ExternalSorter() = default;

void ExternalSorter::add(std::uint64_t key, std::uint64_t order, std::string_view payload) {
  impl_->items.push_back({key, order, impl_->payloads.size(), payload.size()});
  impl_->payloads += payload;
  if (impl_->payloads.size() + impl_->items.size() * sizeof(Item) >= impl_->memory) impl_->spill();
}

void ExternalSorter::drain(const std::function<void(const Entry&)>& take) {
  if (!impl_->runs.empty() || !impl_->larger_runs.empty()) {
    impl_->spill();
    impl_->items.shrink_to_fit();
    impl_->payloads.shrink_to_fit();
    impl_->merge_all(take);
    return;
  }
  impl_->sort_items();
  for (const Item& item : impl_->items) take({item.key, item.order, impl_->payloads.substr(item.offset, item.length)});
  impl_->items.clear();
  impl_->payloads.clear();
}

}  // namespace udrl::data
