// Shards as a stream of JSON objects; bad lines stop it or are set aside. Not for: writing shards (shard_writer.cpp).
#include <fstream>

#include "line_source.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

constexpr int deepest = 64;  // a record is 3 deep; the writer of JSON recurses

int depth(std::string_view line) {
  int now = 0, most = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '{' || c == '[')) {
      most = std::max(most, ++now);
    } else if (!in_string && (c == '}' || c == ']')) {
      --now;
    }
  }
  return most;
}

// "[json.exception.parse_error.101] parse error at line 1, column 5: …" → "column 5: …"
std::string reason(const Json::exception& error) {
  const std::string text = error.what();
  const auto column = text.find("column ");
  const auto bracket = text.find("] ");
  if (column != std::string::npos) return text.substr(column);
  return bracket == std::string::npos ? text : text.substr(bracket + 2);
}

Json parse(const std::string& line) {
  if (line.find_first_not_of(" \t\r") == std::string::npos) throw user_error("the line is empty");
  if (depth(line) > deepest) throw user_error("nested more than 64 deep");
  Json json;
  try {
    json = Json::parse(line);
  } catch (const Json::exception& error) {
    throw user_error("not JSON: " + reason(error));
  }
  if (!json.is_object()) throw user_error("not a JSON object").got(json.type_name());
  return json;
}

// A message of several lines in one.
std::string flat(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n') {
      out += text[i];
      continue;
    }
    out += "; ";
    while (i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\n')) ++i;
  }
  return out;
}

}  // namespace

struct JsonLinesReader::Impl {
  Impl(fs::path input, ReadOptions read) : shards(list_shards(input)), options(std::move(read)) {
    single_file = !fs::is_directory(input);
    if (!options.skip_bad) return;
    if (options.rejects.empty()) throw user_error("skip_bad needs a file for the rejected lines");
    std::error_code ignored;
    fs::remove(options.rejects, ignored);  // of an earlier run, which read the same lines
  }

  bool next_line() {
    for (; at < shards.size(); ++at, source.reset()) {
      if (!source) source.emplace(shards[at]);
      if (source->next(line)) return true;
    }
    return false;
  }

  std::string where(const fs::path& file) const { return file.string() + ":" + std::to_string(source->number()); }

  Json parse_line() const {
    Json json;
    try {
      json = parse(line);
    } catch (const Error& error) {
      if (source->torn()) throw user_error(std::string("the file ends within this line: ") + error.what());
      throw;
    }
    // A whole object without its newline: fine at the end of a file made by hand, a sign of a crash in a stage's shard.
    if (source->torn() && !single_file) throw user_error("the file ends without a newline");
    return json;
  }

  void bad_line(const Error& error) {
    const std::string why = flat(error.what());
    if (options.skip_bad) return reject(why);
    std::string mend = "mend or remove the line";
    if (options.can_skip) mend += ", or pass --skip-bad to put such lines into rejects.jsonl and go on";
    const std::string restart = "the file is truncated: start the stage that wrote it again, which repairs it";
    throw user_error("malformed line: " + why)
        .at(where(source->file()))
        .hint(source->torn() ? restart + "; or " + mend : mend);
  }

  void reject(const std::string& why) {
    if (!rejects.is_open()) rejects.open(options.rejects, std::ios::binary | std::ios::app);
    const Json json = {
        {"file", source->file().filename().string()}, {"line", source->number()}, {"why", why}, {"text", line}};
    rejects << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
    if (!rejects)
      throw failure("cannot write the rejected lines").at(options.rejects.string()).hint("is the disk full?");
    ++rejected;
  }

  std::vector<fs::path> shards;
  ReadOptions options;
  bool single_file = false;
  std::size_t at = 0;
  std::optional<LineSource> source;
  std::string line;
  std::string position;
  std::ofstream rejects;
  std::uint64_t rejected = 0;
};

JsonLinesReader::JsonLinesReader(fs::path folder_or_file, ReadOptions options)
    : impl_(std::make_unique<Impl>(std::move(folder_or_file), std::move(options))) {}
JsonLinesReader::~JsonLinesReader() = default;
JsonLinesReader::JsonLinesReader(JsonLinesReader&&) noexcept = default;

void JsonLinesReader::next_with(const std::function<void(Json&)>& use) {
  while (impl_->next_line()) {
    try {
      Json json = impl_->parse_line();
      use(json);
      impl_->position = impl_->where(impl_->source->file().filename());
      return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::user) throw;
      impl_->bad_line(error);
    }
  }
}

std::optional<Json> JsonLinesReader::next() {
  std::optional<Json> out;
  next_with([&](Json& json) { out = std::move(json); });
  return out;
}

std::uint64_t JsonLinesReader::rejected() const { return impl_->rejected; }
std::string JsonLinesReader::position() const { return impl_->position; }

std::vector<Record> read_records(const fs::path& folder_or_file, ReadOptions options) {
  JsonLinesReader reader(folder_or_file, std::move(options));
  std::vector<Record> out;
  while (auto record = reader.next_as(record_from_json)) out.push_back(std::move(*record));
  return out;
}

std::vector<Intent> read_intents(const fs::path& folder_or_file, ReadOptions options) {
  JsonLinesReader reader(folder_or_file, std::move(options));
  std::vector<Intent> out;
  while (auto intent = reader.next_as(intent_from_json)) out.push_back(std::move(*intent));
  return out;
}

}  // namespace udrl::data
