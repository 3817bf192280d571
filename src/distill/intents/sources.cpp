// A reader for each kind of file, and which one a file wants.
#include "sources.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "json_elements.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"
#include "udrl/data/text_lines.hpp"
#include "udrl/task/signs.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;
using data::Intent;

enum class Kind { text, table, json };
constexpr const char* known_names = "a name that ends with .txt, .csv, .tsv, .jsonl, .ndjson or .json";

/// What a file's name says of it.
struct Suffix {
  const char* name;
  Kind kind;
};
constexpr std::array<Suffix, 7> suffixes = {{{".txt", Kind::text},
                                             {".text", Kind::text},
                                             {".csv", Kind::table},
                                             {".tsv", Kind::table},
                                             {".jsonl", Kind::json},
                                             {".ndjson", Kind::json},
                                             {".json", Kind::json}}};

/// In lower case, without .gz.
std::string name_of(const fs::path& file) {
  std::string name = data::fold_case(file.filename().string());
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return name;
}

std::optional<Kind> kind_by_name(const fs::path& file) {
  const std::string name = name_of(file);
  const auto found = std::find_if(suffixes.begin(), suffixes.end(), [&](auto& s) { return name.ends_with(s.name); });
  return found == suffixes.end() ? std::nullopt : std::optional(found->kind);
}

/// The beginning of a line, which may be cut within a character.
std::string shown(const std::string& line) { return "'" + data::normalise(line.substr(0, 80)) + "'"; }

// ---- Intents of one element

Intent own_subject(Intent intent) {
  if (intent.subject.empty()) intent.subject = intent.intent;
  data::refuse_too_long(intent);
  return intent;
}

Intent named(const std::string& text) {
  Intent intent;
  intent.intent = text;
  return own_subject(std::move(intent));
}

Intent from_json(const data::Json& json) {
  if (json.is_string()) return named(json.get<std::string>());
  const data::Fields fields(json, "line of intents");
  Intent intent;
  intent.intent = fields.text("intent");
  intent.group = fields.text_or("group", "");
  intent.subject = fields.text_or("subject", "");
  intent.format = fields.text_or("format", "");
  intent.occasion = fields.text_or("occasion", "");
  intent.style = fields.text_or("style", "");
  return own_subject(std::move(intent));
}

/// An error of `make` says where it was.
template <class Make>
Intent at_place(const std::string& place, Make make) {
  try {
    return make();
  } catch (const Error& error) {
    throw Error(error).at(place);
  }
}

// ---- Tables

constexpr std::array<const char*, 6> columns = {"intent", "group", "subject", "format", "occasion", "style"};
using Places = std::array<std::size_t, columns.size()>;  ///< of the columns in a row; npos: not there
constexpr auto nowhere = std::string::npos;

/// Titles as people write them: "Intent ".
Places places_of(const std::vector<std::string>& header, const std::string& place) {
  Places places;
  places.fill(nowhere);
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string title = data::fold_case(data::normalise(header[i]));
    const auto column = std::find(columns.begin(), columns.end(), title);
    if (column == columns.end()) continue;
    std::size_t& at = places[static_cast<std::size_t>(column - columns.begin())];
    if (at != nowhere)
      throw user_error("the header names a column twice")
          .at(place)
          .got("'" + title + "'")
          .hint("remove or rename one of them");
    at = i;
  }
  return places;
}

/// The delimiter under which a header holds the column `intent`.
std::optional<char> delimiter_of(const std::string& header) { return data::delimiter_of(header, columns[0]); }

Intent from_row(const std::vector<std::string>& fields, const Places& places) {
  const auto field = [&](std::size_t column) { return places[column] == nowhere ? "" : fields[places[column]]; };
  Intent intent{"", field(0), field(1), field(2), field(3), field(5), field(4)};
  return own_subject(std::move(intent));
}

void read_table(const fs::path& file, const std::string& head, const TakeIntent& take) {
  data::TableReader reader(file, delimiter_of(head).value_or(','));
  std::vector<std::string> header, fields;
  while (reader.next(header) && header.size() == 1 && header[0].empty()) continue;  // empty lines before it
  const Places places = places_of(header, reader.place());
  if (places[0] == nowhere)
    throw user_error("the header has no column 'intent'")
        .at(reader.place())
        .got(shown(head))
        .hint("name the column that holds the intents so");
  while (reader.next(fields)) {
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != header.size())
      throw user_error("a row has another number of fields than the header")
          .at(reader.place())
          .expected(std::to_string(header.size()))
          .got(std::to_string(fields.size()))
          .hint("put a field that holds the delimiter into double quotes");
    take(at_place(reader.place(), [&] { return from_row(fields, places); }));
  }
}

// ---- Text and JSON

void read_text(const fs::path& file, const TakeIntent& take) {
  data::TextLines lines(file);
  for (std::string line; lines.next(line);) take(at_place(lines.place(), [&] { return named(line); }));
}

void read_json_lines(const fs::path& file, const TakeIntent& take) {
  data::JsonLinesReader reader(file);
  while (auto intent = reader.next_as(from_json)) take(std::move(*intent));
}

bool is_object_whole(const std::string& head) {
  return data::is_json(head) && head.find_first_not_of(" \t") == head.find('{');
}

/// Objects a line, or one document.
void read_json(const fs::path& file, const std::string& head, const TakeIntent& take) {
  const bool says_lines = name_of(file).ends_with("jsonl") || name_of(file).ends_with("ndjson");
  if (is_object_whole(head) || (says_lines && !data::normalise(head).starts_with('[')))
    return read_json_lines(file, take);
  for_each_element(file, [&](const data::Json& json, const std::string& place) {
    take(at_place(place, [&] { return from_json(json); }));
  });
}

// ---- Which of them

/// By its first line that is not empty.
Kind kind_by_content(const std::string& head) {
  constexpr std::array<std::string_view, 6> openings = {"{\"", "{ \"", "[{", "[ {", "[\"", "[ \""};
  const std::string text = data::normalise(head);
  const bool structured = text.starts_with('{') || text.starts_with('[');
  if (text == "{" || text == "[" || task::starts_with_any(text, openings) || (structured && data::is_json(text)))
    return Kind::json;
  return delimiter_of(head) ? Kind::table : Kind::text;
}

std::string to_string(Kind kind) {
  if (kind == Kind::text) return "plain text";
  return kind == Kind::table ? "a table with a column 'intent'" : "JSON";
}

std::string head_of(const fs::path& file) {
  data::TextLines lines(file);
  for (std::string line; lines.next(line);)
    if (line.find_first_not_of(" \t") != std::string::npos) return line;
  throw user_error("the file is empty").at(file.string()).hint("put one intent a line into it");
}

const char* suffix_for(Kind kind) {
  if (kind == Kind::text) return ".txt";
  return kind == Kind::table ? ".csv" : ".jsonl";
}

/// A table is one by its name, whatever its header: it may lack the column.
void refuse_other_name(const fs::path& file, Kind name, Kind content, const std::string& head) {
  if (name == content || (name == Kind::table && content == Kind::text)) return;
  throw user_error("the file's name says " + to_string(name) + ", and its content is another")
      .at(file.string())
      .expected(to_string(name))
      .got(to_string(content) + ", to judge by " + shown(head))
      .hint(std::string("if it is that, name it so: ") + file.stem().string() + suffix_for(content));
}

Kind kind_of(const fs::path& file, const std::string& head) {
  const Kind content = kind_by_content(head);
  const std::optional<Kind> name = kind_by_name(file);
  if (name) refuse_other_name(file, *name, content, head);
  else if (content == Kind::text && fs::is_regular_file(file))  // a pipe has no name that could say it
    throw user_error("what kind of file this is cannot be told")
        .at(file.string())
        .expected(known_names)
        .got("another name, and " + shown(head) + " as its first line")
        .hint("if it holds one intent a line, name it " + file.stem().string() + ".txt");
  return name.value_or(content);
}

}  // namespace

void intents_from_file(const fs::path& file, const TakeIntent& take) {
  if (fs::is_directory(file)) return read_json_lines(file, take);
  const std::string head = head_of(file);
  switch (kind_of(file, head)) {
    case Kind::text: return read_text(file, take);
    case Kind::table: return read_table(file, head, take);
    case Kind::json: return read_json(file, head, take);
  }
}

}  // namespace udrl::distill
