// Readers of the three kinds of file.
#include "intent_sources.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;
using data::Intent;

std::ifstream open(const fs::path& file) {
  if (fs::is_directory(file)) throw file_error("cannot read the file", file, EISDIR);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw file_error("cannot read the file", file, errno);
  return stream;
}

Intent named(std::string text) {
  Intent intent;
  intent.intent = text;
  intent.subject = std::move(text);
  return intent;
}

Intent from_json(const data::Json& json) {
  if (!json.is_object() || !json.contains("intent") || !json["intent"].is_string())
    throw user_error("no field 'intent' with a string")
        .got(json.dump().substr(0, 80))
        .hint("give each line {\"intent\": \"…\"}");
  Intent intent = named(json["intent"].get<std::string>());
  intent.group = json.value("group", "");
  intent.subject = json.value("subject", intent.intent);
  intent.format = json.value("format", "");
  intent.occasion = json.value("occasion", "");
  intent.style = json.value("style", "");
  return intent;
}

void read_json_lines(const fs::path& file, const TakeIntent& take) {
  data::JsonLinesReader reader(file);
  while (auto intent = reader.next_as(from_json)) take(std::move(*intent));
}

void read_text(const fs::path& file, const TakeIntent& take) {
  std::ifstream lines = open(file);
  for (std::string line; std::getline(lines, line);) take(named(line));
}

/// Rows of a CSV file: fields apart by commas; a field in double quotes may hold commas, line breaks and, doubled,
/// quotes.
class CsvReader {
 public:
  explicit CsvReader(const fs::path& file) : file_(file), stream_(open(file)) {}

  bool next(std::vector<std::string>& fields) {
    fields.clear();
    std::string row, more;
    if (!next_line(row)) return false;
    row_line_ = line_;
    while (std::count(row.begin(), row.end(), '"') % 2 != 0) {  // a quoted field goes on in the next line
      if (!next_line(more)) throw wrong("a quoted field does not end", "close it with \"");
      row += "\n" + more;
    }
    split(row, fields);
    return true;
  }
  Error wrong(const std::string& what, const std::string& hint) const {
    return user_error(what).at(file_.string() + ":" + std::to_string(row_line_)).hint(hint);
  }

 private:
  bool next_line(std::string& line) {
    if (!std::getline(stream_, line)) return false;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    ++line_;
    return true;
  }
  static void split(const std::string& row, std::vector<std::string>& fields) {
    fields.emplace_back();
    bool quoted = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (quoted && row.compare(i, 2, "\"\"") == 0) fields.back() += row[i++];
      else if (row[i] == '"') quoted = !quoted;
      else if (row[i] == ',' && !quoted) fields.emplace_back();
      else fields.back() += row[i];
    }
  }
  fs::path file_;
  std::ifstream stream_;
  int line_ = 0, row_line_ = 0;
};

void read_csv(const fs::path& file, const TakeIntent& take) {
  CsvReader reader(file);
  std::vector<std::string> header, fields;
  if (!reader.next(header)) throw user_error("the file is empty").at(file.string()).hint("add a header and rows");
  if (header[0].starts_with("\xEF\xBB\xBF")) header[0].erase(0, 3);  // a byte order mark
  if (std::find(header.begin(), header.end(), "intent") == header.end())
    throw reader.wrong("the header has no column 'intent'", "name the column that holds the intents so");
  while (reader.next(fields)) {
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != header.size())
      throw reader.wrong("a row has another number of fields than the header", "correct it")
          .expected(std::to_string(header.size()))
          .got(std::to_string(fields.size()));
    data::Json json;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!fields[i].empty() || header[i] == "intent") json[header[i]] = fields[i];
    }
    take(from_json(json));
  }
}

}  // namespace

void intents_from_file(const fs::path& file, const TakeIntent& take) {
  if (file.extension() == ".csv") return read_csv(file, take);
  if (file.extension() == ".jsonl" || file.extension() == ".gz" || fs::is_directory(file))
    return read_json_lines(file, take);
  read_text(file, take);
}

}  // namespace udrl::distill
