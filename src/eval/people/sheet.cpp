// Choosing pairs and their sides.
#include "sheet.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "systems/controls.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::eval {
namespace {

constexpr std::size_t pairs_per_check = 10;

/// Deals cases one by one: of those left, one of the task that was dealt least, then of the subject that was.
class Dealer {
 public:
  Dealer(const std::vector<CaseAnswers>& cases, std::uint64_t seed) {
    for (const CaseAnswers& c : cases) left_.push_back({&c, RandomStream(seed, "pair " + c.case_id).bits64()});
  }

  /// Null where none is left that `fits`.
  template <class Fits>
  const CaseAnswers* deal(Fits fits) {
    auto best = left_.end();
    for (auto it = left_.begin(); it != left_.end(); ++it)
      if (fits(*it->of) && (best == left_.end() || order(*it) < order(*best))) best = it;
    if (best == left_.end()) return nullptr;
    const CaseAnswers* dealt = best->of;
    ++tasks_[dealt->task], ++subjects_[dealt->subject];
    left_.erase(best);
    return dealt;
  }

 private:
  struct Left {
    const CaseAnswers* of;
    std::uint64_t random;
  };
  std::tuple<std::size_t, std::size_t, std::uint64_t, std::string_view> order(const Left& left) {
    return {tasks_[left.of->task], subjects_[left.of->subject], left.random, left.of->case_id};
  }

  std::vector<Left> left_;
  std::map<std::string, std::size_t> tasks_, subjects_;
};

bool makes_pair(const CaseAnswers& c) { return c.student != c.reference; }
bool makes_check(const CaseAnswers& c) { return c.reference_is_valid && c.reference != c.shuffled; }

SheetPair pair_of(const CaseAnswers& c, Author other, std::uint64_t seed) {
  SheetPair pair{"", c.case_id, c.task, c.subject, c.intent, {}, {}};
  const std::size_t side = RandomStream(seed, "side " + to_string(other) + " " + c.case_id).below(2);
  pair.texts[side] = other == Author::student ? c.student : c.shuffled;
  pair.authors[side] = other;
  pair.texts[1 - side] = c.reference;
  pair.authors[1 - side] = Author::reference;
  return pair;
}

/// Where all cases are dealt as pairs, some are shown once more.
void add_checks(std::vector<SheetPair>& pairs, Dealer& unseen, Dealer& all, const SheetOptions& options) {
  const std::size_t checks = std::max<std::size_t>(1, (options.pairs + pairs_per_check / 2) / pairs_per_check);
  for (std::size_t n = 0; n < checks; ++n) {
    const CaseAnswers* c = unseen.deal(makes_check);
    if (c == nullptr) c = all.deal(makes_check);
    if (c == nullptr) throw user_error("no attention check can be made").hint("the reference has no valid answer");
    pairs.push_back(pair_of(*c, Author::shuffled, options.seed));
  }
}

/// Of what raters see, which is the same for two keys only if the sheets are.
std::string hash_of(const std::vector<SheetPair>& pairs) {
  data::Json seen;
  for (const SheetPair& pair : pairs) seen.push_back({pair.task, pair.intent, pair.texts[0], pair.texts[1]});
  return sha256(data::json_line(seen));
}

}  // namespace

std::vector<CaseAnswers> read_case_answers(const FinishedRun& run) {
  const std::string &student = run.row, &reference = run.reference;
  std::vector<CaseAnswers> cases;
  std::map<std::string, std::size_t> places;
  for_each_measured(run, [&](const data::Json& line) {
    const data::Fields fields(line, "measured answer");
    const std::string row = fields.text("row"), id = fields.text("case");
    if (fields.text("part") != run.part || (row != student && row != reference && row != shuffled_row)) return;
    const auto [place, is_new] = places.emplace(id, cases.size());
    if (is_new)
      cases.push_back({id, fields.text("task"), fields.text("subject"), fields.text("intent"), "", "", "", {}});
    CaseAnswers& c = cases[place->second];
    if (row == student) c.student = fields.text("answer");
    if (row == reference)
      c.reference = fields.text("answer"), c.reference_is_valid = fields.text("broken_rule").empty();
    if (row == shuffled_row) c.shuffled = fields.text("answer");
  });
  return cases;
}

Sheet make_sheet(const std::vector<CaseAnswers>& cases, const SheetOptions& options) {
  const auto most = static_cast<std::size_t>(std::count_if(cases.begin(), cases.end(), makes_pair));
  if (most < options.pairs)
    throw user_error("the evaluation has fewer pairs of different answers")
        .expected("at most " + std::to_string(most))
        .got(std::to_string(options.pairs))
        .hint("ask for fewer pairs, or evaluate more intents");
  Sheet sheet{"", "", "", options.seed, {}};
  Dealer dealer(cases, options.seed), all(cases, options.seed + 1);
  for (std::size_t n = 0; n < options.pairs; ++n)
    sheet.pairs.push_back(pair_of(*dealer.deal(makes_pair), Author::student, options.seed));
  add_checks(sheet.pairs, dealer, all, options);
  RandomStream(options.seed, "order").shuffle(sheet.pairs);
  sheet.hash = hash_of(sheet.pairs);
  for (std::size_t i = 0; i < sheet.pairs.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    sheet.pairs[i].id =
        "p" + sheet.hash.substr(0, 7) + "-" + std::string(number.size() < 3 ? 3 - number.size() : 0, '0') + number;
  }
  return sheet;
}

data::Json key_json(const Sheet& sheet) {
  data::Json key = {{"schema_version", 1},          {"sheet", sheet.hash}, {"student", sheet.student},
                    {"reference", sheet.reference}, {"seed", sheet.seed},  {"pairs", data::Json::array()}};
  for (const SheetPair& pair : sheet.pairs)
    key["pairs"].push_back({{"id", pair.id},
                            {"case", pair.case_id},
                            {"A", to_string(pair.authors[0])},
                            {"B", to_string(pair.authors[1])},
                            {"check", pair.is_check()}});
  return key;
}

namespace {

Author author_named(const std::string& name) {
  const auto author = from_name<Author>(name);
  if (!author) throw user_error("nobody of that name wrote an answer").got("'" + name + "'");
  return *author;
}

const std::string& text_of(const CaseAnswers& c, Author author) {
  return author == Author::student ? c.student : author == Author::reference ? c.reference : c.shuffled;
}

SheetPair pair_from(const data::Json& json, const std::map<std::string, const CaseAnswers*>& cases) {
  const data::Fields fields(json, "pair");
  const auto found = cases.find(fields.text("case"));
  if (found == cases.end()) throw user_error("the evaluation has no such case").got("'" + fields.text("case") + "'");
  const CaseAnswers& c = *found->second;
  SheetPair pair{fields.text("id"), c.case_id, c.task, c.subject, c.intent, {}, {}};
  for (const std::size_t side : {0, 1}) {
    pair.authors[side] = author_named(fields.text(side == 0 ? "A" : "B"));
    pair.texts[side] = text_of(c, pair.authors[side]);
  }
  return pair;
}

}  // namespace

Sheet sheet_from_key(const std::filesystem::path& key, const FinishedRun& run) {
  const std::vector<CaseAnswers> answers = read_case_answers(run);
  std::map<std::string, const CaseAnswers*> cases;
  for (const CaseAnswers& c : answers) cases[c.case_id] = &c;
  try {
    const data::Json json = data::read_json(key);
    const data::Fields fields(json, "key");
    Sheet sheet{fields.text("sheet"), fields.text("student"), fields.text("reference"), fields.natural("seed"), {}};
    for (const data::Json& pair : fields.list("pairs")) sheet.pairs.push_back(pair_from(pair, cases));
    if (hash_of(sheet.pairs) != sheet.hash) throw user_error("the answers that were rated are not the evaluation's");
    return sheet;
  } catch (const Error& error) {
    if (!error.where().empty()) throw;
    throw Error(error).at(key.string()).hint("the key belongs to the evaluation as it was: export the pairs again");
  }
}

}  // namespace udrl::eval
