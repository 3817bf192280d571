// Shards as a stream of JSON objects; bad lines stop it or are set aside. Not for: lines as they are (lines.cpp).
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/lines.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::data {

namespace fs = std::filesystem;

struct JsonLinesReader::Impl {
  LineReader lines;
  BadLines bad;
  Line line{};
  std::string position{};
};

JsonLinesReader::JsonLinesReader(fs::path folder_or_file, ReadOptions options)
    : impl_(std::make_unique<Impl>(Impl{LineReader(folder_or_file), BadLines(std::move(options))})) {}
JsonLinesReader::~JsonLinesReader() = default;
JsonLinesReader::JsonLinesReader(JsonLinesReader&&) noexcept = default;

void JsonLinesReader::next_with(const std::function<void(Json&)>& use) {
  const Line& line = impl_->line;
  while (impl_->lines.next(impl_->line)) {
    try {
      Json json = parse_line(line);
      use(json);
      impl_->position = line.file->filename().string() + ":" + std::to_string(line.number);
      return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::user) throw;
      impl_->bad.take(line, error);
    } catch (const Json::exception& error) {
      impl_->bad.take(line, wrong_json(error));
    }
  }
}

std::optional<Json> JsonLinesReader::next() {
  std::optional<Json> out;
  next_with([&](Json& json) { out = std::move(json); });
  return out;
}

std::uint64_t JsonLinesReader::rejected() const { return impl_->bad.count(); }
std::string JsonLinesReader::position() const { return impl_->position; }

void require_some(std::uint64_t count, const fs::path& folder_or_file, const std::string& thing) {
  if (count > 0) return;
  throw user_error("there is no " + thing + " in it")
      .at(folder_or_file.string())
      .expected("at least one " + thing)
      .got("none")
      .hint("see what the stage that wrote it counted in its manifest.json");
}

void require_lines(const fs::path& folder_or_file, const std::string& thing) {
  Line line;
  require_some(LineReader(folder_or_file).next(line) ? 1 : 0, folder_or_file, thing);
}

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
