// The file of a token store. All numbers are 16-bit but those of the index and the end, in the machine's byte order:
//   records  per record: sizes of id, intent, subject, prompt and further; task slot; return bin; further bins; tokens
//   of
//            intent, subject, prompt; the id's bytes, filled up to an even number
//   index    64-bit: where each record begins
//   end      JSON {format, teachers}, then its length, the number of records, and `magic`, 64-bit each
#include "udrl/train/token_store.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/memory_map.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/entry_file.hpp"
#include "udrl/train/samples.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int format = 1;
constexpr std::uint64_t magic = 0x31304E4B544C5255;  // "URLTKN01"
constexpr std::size_t head = 7;                      // numbers before the further bins

struct End {
  std::uint64_t json_bytes, records, magic;
};

std::uint16_t narrowed(std::size_t value) { return static_cast<std::uint16_t>(value); }

/// The numbers of one record, ready to be written.
class Packed {
 public:
  Packed(const Sample& sample, const student::Tokenizer& tokenizer) {
    const std::vector<int> intent = tokenizer.encode(" " + sample.intent),
                           subject = tokenizer.encode(sample.subject.empty() ? "" : " " + sample.subject),
                           prompt = tokenizer.encode(command::sequence_answer(sample.prompt));
    for (const std::size_t size :
         {sample.id.size(), intent.size(), subject.size(), prompt.size(), sample.further.size(),
          static_cast<std::size_t>(sample.task_slot), static_cast<std::size_t>(sample.return_bin)}) {
      if (size > std::numeric_limits<std::uint16_t>::max())
        throw user_error("a record is too long to train on").at("record " + sample.id).hint("remove it");
      values_.push_back(narrowed(size));
    }
    for (const auto* ids : {&sample.further, &intent, &subject, &prompt})
      for (const int id : *ids) values_.push_back(narrowed(static_cast<std::size_t>(id)));
    values_.resize(values_.size() + (sample.id.size() + 1) / 2);
    std::memcpy(values_.data() + values_.size() - (sample.id.size() + 1) / 2, sample.id.data(), sample.id.size());
  }
  std::size_t bytes() const { return values_.size() * sizeof(std::uint16_t); }
  const char* data() const { return reinterpret_cast<const char*>(values_.data()); }

 private:
  std::vector<std::uint16_t> values_;
};

struct Made {
  Packed packed;
  std::string teacher;
};

void put(std::ostream& out, const void* data, std::size_t bytes) {
  out.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
}

class Builder {
 public:
  Builder(std::ostream& out, const fs::path& folder) : out_(out), starts_(folder, sizeof(std::uint64_t)) {}

  void add(const Made& made) {
    starts_.append(std::as_bytes(std::span(&at_, 1)));
    put(out_, made.packed.data(), made.packed.bytes());
    at_ += made.packed.bytes();
    if (!made.teacher.empty()) teachers_.insert(made.teacher);
  }

  std::uint64_t records() const { return starts_.size(); }

  void finish() {
    constexpr char zeros[sizeof(std::uint64_t)] = {};
    put(out_, zeros, (sizeof zeros - at_ % sizeof zeros) % sizeof zeros);
    starts_.for_each([&](std::uint64_t, std::span<const std::byte> start) { put(out_, start.data(), start.size()); });
    std::string json = Json{{"format", format}, {"teachers", teachers_}}.dump();
    json.resize((json.size() + sizeof zeros - 1) / sizeof zeros * sizeof zeros, ' ');
    put(out_, json.data(), json.size());
    const End end{json.size(), records(), magic};
    put(out_, &end, sizeof end);
  }

 private:
  std::ostream& out_;
  data::EntryFile starts_;
  std::uint64_t at_ = 0;
  std::set<std::string> teachers_;
};

void build(std::ostream& out, const fs::path& folder, const TokenSource& source, Observer& observer) {
  Builder builder(out, folder);
  for_each_sample(
      source.shards, source.fitted,
      [&](const data::Record& record, const Sample& sample) {
        return Made{Packed(sample, source.tokenizer), record.teacher};
      },
      [&](const Made& made) {
        if (stop_requested())
          throw stopped_error("reading the data was stopped", "run the same command again: it begins anew");
        builder.add(made);
        if (builder.records() % 4096 == 0) observer.progress({"tokens", "records", builder.records(), 0, 0, {}});
      });
  if (builder.records() > std::numeric_limits<std::uint32_t>::max())
    throw user_error("there are more records than a run can train on")
        .expected("at most 4,294,967,295")
        .got(std::to_string(builder.records()));
  builder.finish();
}

}  // namespace

struct TokenStore::Impl {
  explicit Impl(const fs::path& file) : map(file) {
    const auto bytes = map.bytes();
    End end{};
    if (bytes.size() >= sizeof end) std::memcpy(&end, bytes.data() + bytes.size() - sizeof end, sizeof end);
    const std::uint64_t after = sizeof end + end.json_bytes + end.records * sizeof(std::uint64_t);
    if (end.magic != magic || end.json_bytes > bytes.size() || after > bytes.size()) refuse(file);
    records = static_cast<std::uint32_t>(end.records);
    index = reinterpret_cast<const std::uint64_t*>(bytes.data() + bytes.size() - after);
    const char* json = reinterpret_cast<const char*>(bytes.data() + bytes.size() - sizeof end - end.json_bytes);
    const Json about = Json::parse(json, json + end.json_bytes, nullptr, /*allow_exceptions=*/false);
    if (!about.is_object() || about.value("format", 0) != format) refuse(file);
    teachers = about.at("teachers").get<std::vector<std::string>>();
  }

  [[noreturn]] static void refuse(const fs::path& file) {
    throw user_error("not a whole store of tokens").at(file.string()).hint("remove the file: it will be made again");
  }

  MemoryMap map;
  std::uint32_t records = 0;
  const std::uint64_t* index = nullptr;
  std::vector<std::string> teachers;
};

TokenStore::TokenStore(const fs::path& file) : impl_(std::make_unique<Impl>(file)) {}
TokenStore::~TokenStore() = default;
TokenStore::TokenStore(TokenStore&&) noexcept = default;

std::uint32_t TokenStore::size() const { return impl_->records; }
const std::vector<std::string>& TokenStore::teachers() const { return impl_->teachers; }

StoredSample TokenStore::operator[](std::uint32_t record) const {
  const auto* at = reinterpret_cast<const std::uint16_t*>(impl_->map.bytes().data() + impl_->index[record]);
  const std::uint16_t *sizes = at, *rest = at + head;
  const auto take = [&](std::size_t count) {
    const std::span<const std::uint16_t> taken(rest, count);
    rest += count;
    return taken;
  };
  StoredSample out;
  out.task_slot = sizes[5], out.return_bin = sizes[6];
  out.further = take(sizes[4]);
  out.intent = take(sizes[1]);
  out.subject = take(sizes[2]);
  out.prompt = take(sizes[3]);
  out.id = {reinterpret_cast<const char*>(rest), sizes[0]};
  return out;
}

TokenStore open_token_store(const fs::path& folder, const TokenSource& source, Observer& observer) {
  const std::string key = content_id({source.hash, source.tokenizer.sha256(), std::to_string(format)});
  const fs::path file = folder / (key + ".tokens");
  if (!fs::exists(file)) {
    make_folder(folder);
    write_file_atomic(file, [&](std::ostream& out) { build(out, folder, source, observer); });
  }
  return TokenStore(file);
}

}  // namespace udrl::train
