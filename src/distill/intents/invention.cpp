// One request a list: a chat in which the teacher has listed seeds of a few groups already, and is asked for one more.
// A numbered list to go on with made small teachers write numbers alone (docs/log.md).
#include "invention.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "endpoint/ledger.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"

namespace udrl::distill {
namespace {

using data::Intent;
using data::Json;

constexpr std::size_t shown_groups = 3;
constexpr std::size_t wanted = 8;  ///< intents a list, and seeds of each group that is shown
constexpr const char* instructions =
    "You list what people type into the search box of a design app: two to six words, lower case, each about another "
    "subject. One request a line, nothing else.";

using Groups = std::map<std::string, std::vector<std::string>>;

Groups by_group(const std::vector<Intent>& seeds) {
  Groups groups;
  for (const Intent& seed : seeds) groups[seed.group].push_back(seed.intent);
  return groups;
}

std::string seed_list(std::vector<std::string> seeds, RandomStream& stream) {
  stream.shuffle(seeds);
  seeds.resize(std::min(seeds.size(), wanted));
  std::string list;
  for (const std::string& seed : seeds) list += (list.empty() ? "" : "\n") + seed;
  return list;
}

std::string topic(const std::string& group) { return "Topic: " + (group.empty() ? "anything" : group); }

/// What request number `number` says: a function of the seed.
struct Ask {
  std::string group;
  std::vector<lm::Message> messages;
};

Ask ask_for(std::uint64_t number, const Groups& groups, std::uint64_t seed) {
  RandomStream stream(seed, "invent/" + std::to_string(number));
  std::vector<std::string> names;
  for (const auto& [name, intents] : groups) names.push_back(name);
  stream.shuffle(names);
  Ask ask{names.front(), {{lm::Role::system, instructions}}};
  if (names.size() > 1) names.erase(names.begin());  // a list of one group shows its own seeds
  for (std::size_t i = 0; i < std::min(names.size(), shown_groups); ++i) {
    ask.messages.push_back({lm::Role::user, topic(names[i])});
    ask.messages.push_back({lm::Role::assistant, seed_list(groups.at(names[i]), stream)});
  }
  ask.messages.push_back({lm::Role::user, topic(ask.group)});
  return ask;
}

/// What stands before the text of a list's line: "12. ", "3) ", "- ", "• ". A number that belongs to it stays: "3d".
std::size_t marker_length(std::string_view line) {
  for (const std::string_view bullet : {"-", "*", "•"}) {
    if (line.starts_with(bullet)) return bullet.size();
  }
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  const bool numbered = digits > 0 && digits < line.size() && (line[digits] == '.' || line[digits] == ')');
  return numbered ? digits + 1 : 0;
}

/// The line without its marker, quotation marks and end; what the teacher was shown is left out by the pipeline.
std::string bare(const std::string& line) {
  std::string text = data::fold_case(data::normalise(line));
  text = data::normalise(text.substr(marker_length(text)));
  while (!text.empty() && text.front() == '"') text.erase(0, 1);
  while (!text.empty() && (text.back() == '"' || text.back() == '.' || text.back() == ',')) text.pop_back();
  return text;
}

std::vector<std::string> lines_of(const lm::Completion& answer) {
  if (answer.finish == lm::Finish::filtered) return {};
  std::istringstream stream(answer.text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (std::string text = bare(line); !text.empty()) lines.push_back(std::move(text));
  }
  if (answer.finish == lm::Finish::length && !lines.empty()) lines.pop_back();  // it was cut
  if (lines.size() > wanted) lines.resize(wanted);
  return lines;
}

void give_lines(const std::vector<std::string>& lines, const std::string& group, const TakeIntent& take) {
  for (const std::string& line : lines) {
    if (data::count_words(line) < 2) continue;
    Intent intent;
    intent.intent = intent.subject = line;
    intent.group = group;
    take(std::move(intent));
  }
}

/// What was written of an earlier answer.
struct List {
  std::string id, group;
  std::vector<std::string> lines;
};

List list_from_json(const Json& json) {
  const data::Fields fields(json, "list of invented intents");
  return {fields.text("id"), fields.text_or("group", ""), fields.texts("lines")};
}

std::unordered_set<std::string> give_earlier(const HeldFolder& folder, const TakeIntent& take) {
  std::unordered_set<std::string> ids;
  data::repair_shards(folder);
  if (!data::has_shards(folder.path())) return ids;
  data::JsonLinesReader reader(folder.path());
  while (const auto list = reader.next_as(list_from_json)) {
    if (ids.insert(list->id).second) give_lines(list->lines, list->group, take);
  }
  return ids;
}

}  // namespace

void invented_intents(const InventionOptions& options, const std::vector<Intent>& seeds, lm::LanguageModel& teacher,
                      const RunContext& context, const TakeIntent& take) {
  const Groups groups = by_group(seeds);
  const HeldFolder folder(options.folder);
  const auto earlier = give_earlier(folder, take);
  data::ShardWriter writer(folder);
  EndpointLedger ledger(folder.path(), context.observer);
  Progress progress{"intents", "invented lists", earlier.size(), options.lists, earlier.size(), ""};
  std::map<std::string, std::string> group_of;
  std::uint64_t number = 0;
  const auto next = [&]() -> std::optional<lm::Request> {
    while (number < options.lists && earlier.count(std::to_string(number))) ++number;
    if (number == options.lists) return std::nullopt;
    const Ask ask = ask_for(number, groups, options.seed);
    lm::Request request;
    request.id = std::to_string(number++);
    request.prompt = teacher.chat(ask.messages);
    request.sampling.temperature = 0.8;  // at 1 a small teacher writes "violin pet design flower oil for paws"
    request.sampling.top_p = 0.95;
    request.sampling.seed = options.seed;
    request.sampling.max_tokens = 12 * static_cast<int>(wanted);
    group_of[request.id] = ask.group;
    return request;
  };
  const auto take_answer = [&](const lm::Completion& answer) {
    const std::string group = group_of.extract(answer.id).mapped();
    if (!ledger.take(answer)) return;
    const std::vector<std::string> lines = lines_of(answer);
    writer.append(Json{{"id", answer.id}, {"group", group}, {"lines", lines}});
    writer.flush();
    give_lines(lines, group, take);
    ++progress.done;
    context.observer.progress(progress);
  };
  const auto finish = [&] {
    ledger.save();
    if (options.counts != nullptr) ledger.add_to(*options.counts);
  };
  try {
    teacher.complete(next, take_answer);
  } catch (const Error&) {
    finish();
    throw;
  }
  writer.close();
  finish();
  check_stop("inventing intents stopped after " + std::to_string(progress.done) + " lists",
             "run the same command again: it goes on from there");
  ledger.require_none();
}

}  // namespace udrl::distill
