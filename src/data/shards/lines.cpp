// Lines across shards, the object on a line, and lines that hold none. Not for: one shard (line_source.cpp).
#include "udrl/data/lines.hpp"

#include <fstream>
#include <optional>

#include "text/line_source.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::data {
namespace {

namespace fs = std::filesystem;

bool is_too_long(const std::string& line) { return line.size() > longest_json_line_mib << 20U; }

Error too_long() {
  return user_error("the line of JSON is longer than " + std::to_string(longest_json_line_mib) + " MiB");
}

Json parse(const std::string& line) {
  if (line.find_first_not_of(" \t\r") == std::string::npos) throw user_error("the line is empty");
  if (is_too_long(line)) throw too_long();
  Json json = parse_json(line);
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

std::string place(const Line& line) { return line.file->string() + ":" + std::to_string(line.number); }

}  // namespace

struct LineReader::Impl {
  bool open_next() {
    source.reset();
    if (at == shards.size()) return false;
    source.emplace(shards[at]);
    file = std::make_shared<const fs::path>(shards[at]);
    ++at;
    return true;
  }

  std::vector<fs::path> shards;
  bool by_hand = false;
  std::size_t at = 0;
  std::optional<LineSource> source{};
  std::shared_ptr<const fs::path> file{};
};

LineReader::LineReader(const fs::path& folder_or_file)
    : impl_(std::make_unique<Impl>(Impl{list_shards(folder_or_file), !fs::is_directory(folder_or_file)})) {}
LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;

bool LineReader::next(Line& line) {
  while (impl_->source || impl_->open_next()) {
    if (impl_->source->next(line.text)) {
      line.number = impl_->source->number();
      line.torn = impl_->source->torn();
      line.by_hand = impl_->by_hand;
      line.file = impl_->file;
      return true;
    }
    impl_->source.reset();
  }
  return false;
}

Json parse_line(const Line& line) {
  Json json;
  try {
    json = parse(line.text);
  } catch (const Error& error) {
    if (line.torn) throw user_error(std::string("the file ends within this line: ") + error.what());
    throw;
  }
  // A whole object without its newline: fine at the end of a file made by hand, a sign of a crash in a stage's shard.
  if (line.torn && !line.by_hand) throw user_error("the file ends without a newline");
  return json;
}

void check_json_length(const Line& line) {
  if (!is_too_long(line.text)) return;
  throw too_long().at(place(line)).hint("udrl writes no such line: remove it, and run the same command again");
}

struct BadLines::Impl {
  void reject(const Line& line, const std::string& why) {
    if (!rejects.is_open()) rejects.open(options.rejects, std::ios::binary | std::ios::app);
    const Json json = {
        {"file", line.file->filename().string()}, {"line", line.number}, {"why", why}, {"text", line.text}};
    rejects << json_line(json) << '\n' << std::flush;
    if (!rejects)
      throw failure("cannot write the rejected lines").at(options.rejects.string()).hint("is the disk full?");
    ++count;
  }

  ReadOptions options;
  std::ofstream rejects{};
  std::uint64_t count = 0;
};

BadLines::BadLines(ReadOptions options) : impl_(std::make_unique<Impl>(Impl{std::move(options)})) {
  if (!impl_->options.skip_bad) return;
  if (impl_->options.rejects.empty()) throw user_error("skip_bad needs a file for the rejected lines");
  std::error_code ignored;
  fs::remove(impl_->options.rejects, ignored);
}
BadLines::~BadLines() = default;
BadLines::BadLines(BadLines&&) noexcept = default;

void BadLines::take(const Line& line, const Error& error) {
  const std::string why = flat(error.what());
  if (impl_->options.skip_bad) return impl_->reject(line, why);
  std::string cure = "fix or remove the line";
  if (impl_->options.can_skip) cure += ", or pass --skip-bad to put such lines into rejects.jsonl and go on";
  const std::string restart = "the file is truncated: start the stage that wrote it again, which repairs it";
  throw user_error("malformed line: " + why).at(place(line)).hint(line.torn ? restart + "; or " + cure : cure);
}

std::uint64_t BadLines::count() const { return impl_->count; }

}  // namespace udrl::data
