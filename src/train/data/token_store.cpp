// The file of a token store. All numbers are 16-bit but those of the index and the end, in the machine's byte order:
//   records  per record: sizes of id, intent, subject, answer and auxiliary; task index; return bin; auxiliary bins;
//            tokens of intent, subject and answer; the id's bytes, filled up to an even number
//   index    64-bit: where each record begins
//   end      JSON {format, teachers}, then its length, the number of records, the checksum of all before, and `magic`,
//            64-bit each
#include "token_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "plain_texts.hpp"
#include "samples.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/in_order.hpp"
#include "udrl/base/memory_map.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/entry_file.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int format = 2;
constexpr std::uint64_t magic = 0x32304E4B544C5255;  // "URLTKN02"
constexpr std::size_t head = 7;                      // numbers before the auxiliary bins

struct End {
  std::uint64_t json_bytes, records, checksum, magic;
};

/// FNV-1a over 16-bit values, of which a store consists. It finds what happens to files, not what is done to them.
class Checksum {
 public:
  void add(std::span<const std::byte> bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
      std::uint16_t value;
      std::memcpy(&value, bytes.data() + i, sizeof value);
      sum_ = (sum_ ^ value) * 0x100000001B3;
    }
  }
  std::uint64_t value() const { return sum_; }

 private:
  std::uint64_t sum_ = 0xCBF29CE484222325;
};

std::uint16_t narrowed(std::size_t value) { return static_cast<std::uint16_t>(value); }

/// What is stored of a record, or of a piece of plain text.
struct Parts {
  std::string_view id;
  std::vector<int> auxiliary, intent, subject, answer;
  int task_index = 0, return_bin = 0;
};

Parts parts_of(const Sample& sample, const student::Tokenizer& tokenizer) {
  return {sample.id,
          sample.auxiliary,
          tokenizer.encode(command::sequence_text(sample.intent)),
          tokenizer.encode(sample.subject.empty() ? "" : command::sequence_text(sample.subject)),
          tokenizer.encode(command::sequence_text(sample.answer)),
          sample.task_index,
          sample.return_bin};
}

/// The numbers of one record, ready to be written.
class Packed {
 public:
  explicit Packed(const Parts& parts) {
    for (const std::size_t size :
         {parts.id.size(), parts.intent.size(), parts.subject.size(), parts.answer.size(), parts.auxiliary.size(),
          static_cast<std::size_t>(parts.task_index), static_cast<std::size_t>(parts.return_bin)}) {
      if (size > std::numeric_limits<std::uint16_t>::max())
        throw user_error("a record is too long to train on").at("record " + std::string(parts.id)).hint("remove it");
      values_.push_back(narrowed(size));
    }
    for (const auto* ids : {&parts.auxiliary, &parts.intent, &parts.subject, &parts.answer})
      for (const int id : *ids) values_.push_back(narrowed(static_cast<std::size_t>(id)));
    const std::size_t end = values_.size();
    values_.resize(end + (parts.id.size() + 1) / 2);
    std::memcpy(values_.data() + end, parts.id.data(), parts.id.size());
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

class Builder {
 public:
  Builder(std::ostream& out, const fs::path& folder) : out_(out), starts_(folder, sizeof(std::uint64_t)) {}

  void add(const Made& made) {
    starts_.append(std::as_bytes(std::span(&at_, 1)));
    put(made.packed.data(), made.packed.bytes());
    at_ += made.packed.bytes();
    if (!made.teacher.empty()) teachers_.insert(made.teacher);
  }

  std::uint64_t records() const { return starts_.size(); }

  void finish() {
    constexpr char zeros[sizeof(std::uint64_t)] = {};
    put(zeros, (sizeof zeros - at_ % sizeof zeros) % sizeof zeros);
    starts_.for_each([&](std::uint64_t, std::span<const std::byte> start) { put(start.data(), start.size()); });
    std::string json = data::json_line(Json{{"format", format}, {"teachers", teachers_}});
    json.resize((json.size() + sizeof zeros - 1) / sizeof zeros * sizeof zeros, ' ');
    put(json.data(), json.size());
    const End end{json.size(), records(), checksum_.value(), magic};
    put(&end, sizeof end);
  }

 private:
  void put(const void* data, std::size_t bytes) {
    checksum_.add({static_cast<const std::byte*>(data), bytes});
    out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  }

  std::ostream& out_;
  data::EntryFile starts_;
  std::uint64_t at_ = 0;
  Checksum checksum_;
  std::set<std::string> teachers_;
};

using Add = std::function<void(const Made&)>;
/// Gives `add` all that is to be stored, in order.
using Feed = std::function<void(const Add& add)>;

Feed records_of(const TokenSource& source) {
  return [&source](const Add& add) {
    for_each_sample(
        source.shards, source.fitted,
        [&](const data::Record& record, const Sample& sample) {
          return Made{Packed(parts_of(sample, source.tokenizer)), record.teacher};
        },
        add);
  };
}

/// A text in pieces that fit behind <s>; where it ends, </s> is the last token. A piece of </s> alone is left out.
std::vector<Made> pieces_of(const PlainText& text, const PlainSource& source) {
  std::vector<int> ids = source.tokenizer.encode(sequence_text(text));
  if (ids.empty()) return {};
  if (text.ends) ids.push_back(source.tokenizer.eos_id());
  const auto longest = static_cast<std::ptrdiff_t>(source.context_length) - 1;
  std::vector<Made> made;
  for (auto from = ids.begin(); from != ids.end();) {
    const auto to = from + std::min(longest, ids.end() - from);
    Parts parts{text.place, {}, {}, {}, {from, to}};
    if (parts.answer != std::vector{source.tokenizer.eos_id()}) made.push_back({Packed(parts), ""});
    from = to;
  }
  return made;
}

Feed texts_of(const PlainSource& source) {
  return [&source](const Add& add) {
    constexpr std::size_t together = 64;
    PlainReader reader(source.texts);
    in_order(
        [&]() -> std::optional<std::vector<PlainText>> {
          std::vector<PlainText> texts;
          while (texts.size() < together) {
            std::optional<PlainText> text = reader.next();
            if (!text) break;
            texts.push_back(std::move(*text));
          }
          return texts.empty() ? std::nullopt : std::optional(std::move(texts));
        },
        [&](const std::vector<PlainText>& texts) {
          std::vector<Made> all;
          for (const PlainText& text : texts)
            for (Made& made : pieces_of(text, source)) all.push_back(std::move(made));
          return all;
        },
        [&](const std::vector<Made>& all) {
          for (const Made& made : all) add(made);
        });
  };
}

void build(std::ostream& out, const fs::path& folder, const Feed& feed, Observer& observer) {
  Builder builder(out, folder);
  feed([&](const Made& made) {
    if (stop_requested())
      throw stopped_error("reading the data was stopped", "run the same command again: it starts over");
    builder.add(made);
    if (builder.records() % 4096 == 0) observer.progress({"tokens", "records", builder.records(), 0, 0, {}});
  });
  if (builder.records() > std::numeric_limits<std::uint32_t>::max())
    throw user_error("there are more records than a run can train on")
        .expected("at most 4,294,967,295")
        .got(std::to_string(builder.records()));
  builder.finish();
}

/// Of all that a store's bytes depend on beside its source and the tokenizer.
std::string versions() {
  return std::to_string(format) + "." + std::to_string(command::sequence_version) + "." +
         std::to_string(data::normalisation_version);
}

/// Where tokens are kept they are 16-bit.
void check_tokens_fit(const student::Tokenizer& tokenizer) {
  constexpr int most = std::numeric_limits<TokenId>::max() + 1;
  if (tokenizer.vocab_size() <= most) return;
  throw user_error("the tokenizer has too many pieces to train with")
      .expected("at most " + std::to_string(most))
      .got(std::to_string(tokenizer.vocab_size()))
      .hint("lower model.vocab, or start from another model");
}

/// The store called `key`, made where it is not there.
/// Before minutes of tokenizing.
void make_cache(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && ::access(folder.c_str(), W_OK) == 0) return;
  throw user_error("the folder of tokenized data cannot be written")
      .at(folder.string())
      .got(error ? error.message() : std::strerror(errno))
      .hint("name another one: --cache FOLDER (tokenized data are made once for all runs there)");
}

void make(const fs::path& file, const Feed& feed, Observer& observer) {
  make_cache(file.parent_path());
  write_file_atomic(file, [&](std::ostream& out) { build(out, file.parent_path(), feed, observer); });
}

TokenStore open(const fs::path& folder, const std::string& key, const student::Tokenizer& tokenizer, const Feed& feed,
                Observer& observer) {
  const fs::path file = folder / (key + ".tokens");
  if (!fs::exists(file)) make(file, feed, observer);
  try {
    return TokenStore(file, tokenizer.vocab_size());
  } catch (const Error&) {
    observer.note(Level::warning, "tokenized data are damaged, and made again: " + file.string());
  }
  make(file, feed, observer);
  return TokenStore(file, tokenizer.vocab_size());
}

}  // namespace

struct TokenStore::Impl {
  Impl(const fs::path& file, int vocabulary) : map(file) {
    const auto bytes = map.bytes();
    End end{};
    if (bytes.size() >= sizeof end) std::memcpy(&end, bytes.data() + bytes.size() - sizeof end, sizeof end);
    const std::uint64_t most = std::min<std::uint64_t>(bytes.size(), std::numeric_limits<std::uint32_t>::max());
    if (end.magic != magic || end.json_bytes > bytes.size() || end.records > most) refuse(file);
    const std::uint64_t after = sizeof end + end.json_bytes + end.records * sizeof(std::uint64_t);
    const bool is_aligned = after % sizeof(std::uint64_t) == 0 && bytes.size() % sizeof(std::uint64_t) == 0;
    if (after > bytes.size() || !is_aligned) refuse(file);
    records = static_cast<std::uint32_t>(end.records);
    index = reinterpret_cast<const std::uint64_t*>(bytes.data() + bytes.size() - after);
    const char* json = reinterpret_cast<const char*>(bytes.data() + bytes.size() - sizeof end - end.json_bytes);
    try {
      teachers = teachers_in(data::parse_json({json, end.json_bytes}));
    } catch (const Error& error) {
      throw data::completed(error, file.string(), cure);
    }
    check(file, std::as_bytes(bytes.first(bytes.size() - after)), vocabulary);
    Checksum checksum;
    checksum.add(std::as_bytes(bytes.first(bytes.size() - sizeof end)));
    if (checksum.value() != end.checksum) refuse(file);
  }

  /// Every record lies within the file, and every token in the vocabulary: the file may be a stranger's.
  void check(const fs::path& file, std::span<const std::byte> values, int vocabulary) const {
    for (std::uint32_t record = 0; record < records; ++record) {
      const std::uint64_t start = index[record];
      if (start % 2 != 0 || start > values.size() || values.size() - start < head * sizeof(TokenId)) refuse(file);
      const std::span rest(reinterpret_cast<const TokenId*>(values.data() + start), (values.size() - start) / 2);
      const std::size_t tokens = std::size_t{rest[1]} + rest[2] + rest[3], before = head + rest[4];
      if (before + tokens + (std::size_t{rest[0]} + 1) / 2 > rest.size()) refuse(file);
      for (const TokenId token : rest.subspan(before, tokens))
        if (token >= vocabulary) refuse(file);
    }
  }

  static constexpr const char* cure = "remove the file: it will be made again";

  [[noreturn]] static void refuse(const fs::path& file) {
    throw user_error("not a whole store of tokens").at(file.string()).hint(cure);
  }

  static std::vector<std::string> teachers_in(const data::Json& about) {
    const data::Fields fields(about, "store of tokens");
    if (const int found = fields.integer("format"); found != format)
      throw user_error("the store of tokens has another format than this program's")
          .expected(std::to_string(format))
          .got(std::to_string(found));
    return fields.texts("teachers");
  }

  MemoryMap map;
  std::uint32_t records = 0;
  const std::uint64_t* index = nullptr;
  std::vector<std::string> teachers;
};

TokenStore::TokenStore(const fs::path& file, int vocabulary) : impl_(std::make_unique<Impl>(file, vocabulary)) {}
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
  out.task_index = sizes[5], out.return_bin = sizes[6];
  out.auxiliary = take(sizes[4]);
  out.intent = take(sizes[1]);
  out.subject = take(sizes[2]);
  out.answer = take(sizes[3]);
  out.id = {reinterpret_cast<const char*>(rest), sizes[0]};
  return out;
}

TokenStore open_token_store(const fs::path& folder, const TokenSource& source, Observer& observer) {
  check_tokens_fit(source.tokenizer);
  const std::string key = content_id({source.hash, source.tokenizer.sha256(), versions()});
  return open(folder, key, source.tokenizer, records_of(source), observer);
}

TokenStore open_plain_store(const fs::path& folder, const PlainSource& source, Observer& observer) {
  check_tokens_fit(source.tokenizer);
  const std::string key =
      content_id({"plain", source.hash, source.tokenizer.sha256(), std::to_string(source.context_length), versions()});
  return open(folder, key, source.tokenizer, texts_of(source), observer);
}

}  // namespace udrl::train
