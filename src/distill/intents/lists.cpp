// Format, occasion and style are drawn by weight, then a phrasing that uses just these.
#include "lists.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;
using data::Intent;

constexpr int tries_per_intent = 20;
constexpr std::array choices = {"formats.tsv", "occasions.tsv", "styles.tsv", "phrasings.tsv"};

struct SubjectRow {
  std::string first, second, place;
};

/// Rows of two tab-separated columns after a header line.
std::vector<SubjectRow> read_table(const fs::path& file) {
  data::TextLines lines(file);
  std::string line;
  std::vector<SubjectRow> rows;
  lines.next(line);
  while (lines.next(line)) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos || line.find('\t', tab + 1) != std::string::npos)
      throw user_error("a row does not have two columns")
          .at(lines.place())
          .expected("two columns with one tab between them")
          .got("'" + line + "'")
          .hint("correct that line");
    rows.push_back({line.substr(0, tab), line.substr(tab + 1), lines.place()});
  }
  if (rows.empty()) throw user_error("the list is empty").at(file.string()).hint("add rows below the header line");
  return rows;
}

double weight_of(const SubjectRow& row) {
  double weight = -1;
  const char* end = row.second.data() + row.second.size();
  const auto [stop, error] = std::from_chars(row.second.data(), end, weight);
  if (error == std::errc() && stop == end && weight >= 0 && std::isfinite(weight)) return weight;
  throw user_error("a weight is not a number of at least 0")
      .at(row.place)
      .got("'" + row.second + "'")
      .hint("correct it");
}

/// A list of choices with weights; "-" stands for none.
struct Weighted {
  std::vector<std::string> values;
  std::vector<double> weights;

  explicit Weighted(const fs::path& file) {
    for (const SubjectRow& row : read_table(file)) {
      values.push_back(row.first == "-" ? "" : row.first);
      weights.push_back(weight_of(row));
    }
    if (std::all_of(weights.begin(), weights.end(), [](double w) { return w == 0; }))
      throw user_error("all weights are 0: nothing can be drawn").at(file.string()).hint("give one a weight");
  }
  const std::string& draw(RandomStream& stream) const { return values[stream.weighted(weights)]; }
};

struct Lists {
  std::vector<SubjectRow> subjects;  ///< group, subject; each subject once
  Weighted formats, occasions, styles, phrasings;

  explicit Lists(const IntentsOptions& options)
      : formats(options.lists / choices[0]),
        occasions(options.lists / choices[1]),
        styles(options.lists / choices[2]),
        phrasings(options.lists / choices[3]) {
    std::set<std::string> seen;
    for (const std::string& file : options.subjects) {
      for (SubjectRow& row : read_table(options.lists / file)) {
        if (row.second.empty())
          throw user_error("a row has no subject").at(row.place).hint("write it behind the group and a tab");
        if (seen.insert(row.second).second) subjects.push_back(std::move(row));
      }
    }
  }
};

/// A placeholder is in a pattern if and only if there is something to put there.
bool fits(const std::string& pattern, const char* placeholder, const std::string& value) {
  return (pattern.find(placeholder) != std::string::npos) == !value.empty();
}

void fill(std::string& pattern, const std::string& placeholder, const std::string& value) {
  const auto at = pattern.find(placeholder);
  if (at != std::string::npos) pattern.replace(at, placeholder.size(), value);
}

std::string draw_phrasing(const Lists& lists, const Intent& made_from, RandomStream& stream) {
  std::vector<double> weights = lists.phrasings.weights;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string& pattern = lists.phrasings.values[i];
    if (!fits(pattern, "{format}", made_from.format) || !fits(pattern, "{occasion}", made_from.occasion) ||
        !fits(pattern, "{style}", made_from.style))
      weights[i] = 0;
  }
  if (std::all_of(weights.begin(), weights.end(), [](double w) { return w == 0; }))
    throw user_error("no phrasing uses just what was drawn")
        .at("phrasings.tsv")
        .expected("a pattern with {subject} for each combination of {format}, {occasion} and {style}, and with none")
        .got("none for format '" + made_from.format + "', occasion '" + made_from.occasion + "', style '" +
             made_from.style + "'")
        .hint("add the missing pattern");
  return lists.phrasings.values[stream.weighted(weights)];
}

Intent draw_intent(const Lists& lists, const SubjectRow& subject, RandomStream& stream) {
  Intent intent;
  intent.group = subject.first;
  intent.subject = subject.second;
  intent.format = lists.formats.draw(stream);
  intent.occasion = lists.occasions.draw(stream);
  intent.style = lists.styles.draw(stream);
  intent.intent = draw_phrasing(lists, intent, stream);
  fill(intent.intent, "{subject}", intent.subject);
  fill(intent.intent, "{format}", intent.format);
  fill(intent.intent, "{occasion}", intent.occasion);
  fill(intent.intent, "{style}", intent.style);
  return intent;
}

}  // namespace

void intents_from_lists(const IntentsOptions& options, const TakeIntent& take) {
  const Lists lists(options);
  for (const SubjectRow& subject : lists.subjects) {
    RandomStream stream(options.seed, "intent/" + subject.second);
    std::set<std::string> made;
    for (int tries = tries_per_intent * options.per_subject; tries > 0; --tries) {
      if (static_cast<int>(made.size()) == options.per_subject) break;
      Intent intent = draw_intent(lists, subject, stream);
      if (made.insert(intent.intent).second) take(std::move(intent));
    }
  }
}

std::map<std::string, std::string> hash_lists(const IntentsOptions& options) {
  std::map<std::string, std::string> hashes;
  for (const char* list : choices) hashes[list] = data::hash_input(options.lists / list);
  for (const std::string& list : options.subjects) hashes[list] = data::hash_input(options.lists / list);
  return hashes;
}

}  // namespace udrl::distill
