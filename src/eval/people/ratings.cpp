// Reading rating files.
#include "ratings.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "udrl/base/error.hpp"
#include "udrl/data/csv.hpp"
#include "udrl/data/text.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* how_to_rate = "rate A, B or tie (or 1, 2, 3); leave the cell empty where you cannot say";

/// A rating as it stands in a file.
struct Entry {
  std::string id, rating, rater, place;
};

std::size_t column_of(const std::vector<std::string>& header, const std::string& name) {
  const auto fits = [&](const std::string& title) { return data::fold_case(data::normalise(title)) == name; };
  return static_cast<std::size_t>(std::find_if(header.begin(), header.end(), fits) - header.begin());
}

std::string cell(const std::vector<std::string>& fields, std::size_t column) {
  return column < fields.size() ? data::normalise(data::plain_cell(fields[column])) : "";
}

Error no_header(const fs::path& file) {
  return user_error("no table of ratings")
      .at(file.string())
      .expected("a first line with the columns id and rating")
      .hint("take the file that the page downloads, or pairs.csv with its last column filled");
}

std::vector<Entry> read_entries(const fs::path& file) {
  std::string first;
  data::TextLines(file).next(first);
  const auto delimiter = data::delimiter_of(first, "rating");
  if (!delimiter) throw no_header(file);
  data::TableReader reader(file, *delimiter);
  std::vector<std::string> header, fields;
  reader.next(header);
  const std::size_t id = column_of(header, "id"), rating = column_of(header, "rating"),
                    rater = column_of(header, "rater");
  if (id == header.size()) throw no_header(file);
  std::vector<Entry> entries;
  while (reader.next(fields)) {
    Entry entry{cell(fields, id), cell(fields, rating), cell(fields, rater), reader.place()};
    if (entry.rater.empty()) entry.rater = file.stem().string();
    if (!entry.id.empty() || !entry.rating.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

Choice choice_in(const Entry& entry) {
  static const std::map<std::string, Choice> names = {{"a", Choice::a}, {"b", Choice::b}, {"tie", Choice::tie},
                                                      {"1", Choice::a}, {"2", Choice::b}, {"3", Choice::tie}};
  const auto found = names.find(data::fold_case(entry.rating));
  if (found == names.end())
    throw user_error("a rating is none").at(entry.place).got("'" + entry.rating + "'").hint(how_to_rate);
  return found->second;
}

/// What stands before the number in an id: the same for all pairs of a sheet.
std::string sheet_part(const std::string& id) { return id.substr(0, id.rfind('-')); }

Error unknown_id(const Entry& entry, const Sheet& sheet) {
  const std::string own = sheet_part(sheet.pairs.front().id);
  const bool foreign = entry.id.starts_with('p') && entry.id.size() > own.size() && sheet_part(entry.id) != own;
  return user_error(foreign ? "a rating is of another sheet" : "a rating is of no pair of the sheet")
      .at(entry.place)
      .expected("an id such as " + sheet.pairs.front().id)
      .got("'" + entry.id + "'")
      .hint("name the evaluation whose pairs were rated, and files that were rated from its pairs/");
}

class Reader {
 public:
  explicit Reader(const Sheet& sheet) : sheet_(sheet) {
    for (std::size_t i = 0; i < sheet.pairs.size(); ++i) pairs_[sheet.pairs[i].id] = i;
  }

  void take(const Entry& entry) {
    const auto pair = pairs_.find(entry.id);
    if (pair == pairs_.end()) throw unknown_id(entry, sheet_);
    if (entry.rating.empty()) return;
    const auto [first, is_new] = places_.emplace(std::pair(entry.rater, entry.id), entry.place);
    if (!is_new)
      throw user_error("a pair is rated twice by one person")
          .at(entry.place)
          .got("'" + entry.id + "' by '" + entry.rater + "', also at " + first->second)
          .hint(
              "remove one of them; where they are two people, give each a name in a column `rater`, or a file of "
              "another name");
    ratings.push_back({entry.rater, pair->second, choice_in(entry)});
  }

  std::vector<Rating> ratings;

 private:
  const Sheet& sheet_;
  std::map<std::string, std::size_t> pairs_;
  std::map<std::pair<std::string, std::string>, std::string> places_;
};

}  // namespace

std::vector<Rating> read_ratings(const std::vector<std::string>& files, const Sheet& sheet) {
  Reader reader(sheet);
  for (const std::string& file : files)
    for (const Entry& entry : read_entries(file)) reader.take(entry);
  if (reader.ratings.empty()) throw user_error("nothing is rated").at(files.front()).hint(how_to_rate);
  return std::move(reader.ratings);
}

}  // namespace udrl::eval
