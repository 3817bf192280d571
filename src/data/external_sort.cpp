// Runs of sorted entries, and their merge. Not for: what the entries mean.
#include "udrl/data/external_sort.hpp"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <queue>
#include <tuple>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;
using Entry = ExternalSorter::Entry;
using Header = std::array<std::uint64_t, 3>;  // key, order, bytes of the payload

fs::path make_temporary_folder(const fs::path& where) {
  std::string name = (where / "sort.XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw file_error("cannot make a temporary folder", name, errno);
  return name;
}

/// Reads one run from its start.
class Run {
 public:
  Run(fs::path file, std::size_t buffer_bytes) : file_(std::move(file)), buffer_(buffer_bytes) {
    stream_.rdbuf()->pubsetbuf(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    stream_.open(file_, std::ios::binary);
    if (!stream_) throw file_error("cannot read a sorted run", file_, errno);
  }
  bool next() {
    Header header{};
    if (!stream_.read(reinterpret_cast<char*>(header.data()), sizeof header)) return false;
    entry.key = header[0];
    entry.order = header[1];
    entry.payload.resize(header[2]);
    if (!stream_.read(entry.payload.data(), static_cast<std::streamsize>(header[2])))
      throw failure("a sorted run ends early").at(file_.string()).hint("start again; is the disk in order?");
    return true;
  }
  Entry entry;

 private:
  fs::path file_;
  std::vector<char> buffer_;
  std::ifstream stream_;
};

auto place(const auto& entry) { return std::tie(entry.key, entry.order); }

}  // namespace

ExternalSorter::ExternalSorter(const fs::path& where, std::size_t memory)
    : folder_(make_temporary_folder(where)), memory_(memory) {}

ExternalSorter::~ExternalSorter() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path ExternalSorter::run_file(std::size_t number) const { return folder_ / std::to_string(number); }

void ExternalSorter::add(std::uint64_t key, std::uint64_t order, std::string_view payload) {
  items_.push_back({key, order, payloads_.size(), payload.size()});
  payloads_ += payload;
  if (payloads_.size() + items_.size() * sizeof(Item) >= memory_) spill();
}

void ExternalSorter::sort_items() {
  std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return place(a) < place(b); });
}

void ExternalSorter::spill() {
  sort_items();
  const fs::path file = run_file(runs_++);
  std::ofstream out(file, std::ios::binary);
  for (const Item& item : items_) {
    const Header header{item.key, item.order, item.length};
    out.write(reinterpret_cast<const char*>(header.data()), sizeof header);
    out.write(payloads_.data() + item.offset, static_cast<std::streamsize>(item.length));
  }
  out.flush();
  if (!out) throw file_error("cannot write a sorted run", file, errno);
  items_.clear();
  payloads_.clear();
}

void ExternalSorter::drain(const std::function<void(const Entry&)>& take) {
  if (runs_ > 0) {
    spill();
    items_.shrink_to_fit();
    payloads_.shrink_to_fit();
    merge(take);
    runs_ = 0;
    return;
  }
  sort_items();
  for (const Item& item : items_) take({item.key, item.order, payloads_.substr(item.offset, item.length)});
  items_.clear();
  payloads_.clear();
}

void ExternalSorter::merge(const std::function<void(const Entry&)>& take) const {
  const std::size_t buffer = std::max<std::size_t>(memory_ / runs_, 4096);
  std::vector<std::unique_ptr<Run>> runs;
  const auto later = [](const Run* a, const Run* b) { return place(a->entry) > place(b->entry); };
  std::priority_queue<Run*, std::vector<Run*>, decltype(later)> heads(later);
  for (std::size_t number = 0; number < runs_; ++number) {
    runs.push_back(std::make_unique<Run>(run_file(number), buffer));
    if (runs.back()->next()) heads.push(runs.back().get());
  }
  while (!heads.empty()) {
    Run* run = heads.top();
    heads.pop();
    take(run->entry);
    if (run->next()) heads.push(run);
  }
}

}  // namespace udrl::data
