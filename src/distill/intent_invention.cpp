// One request a list: seeds of one group as a numbered list that the teacher continues.
#include "intent_invention.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"

namespace udrl::distill {
namespace {

using data::Intent;
using data::Json;

constexpr std::size_t shown = 8;
constexpr std::size_t wanted = 8;
constexpr const char* instructions =
    "You list what people type into the search box of a design app: two to six words, lower case, each about another "
    "subject. Go on with the list you are given. One request a line, nothing else.";

using Groups = std::map<std::string, std::vector<std::string>>;

Groups by_group(const std::vector<Intent>& seeds) {
  Groups groups;
  for (const Intent& seed : seeds) groups[seed.group].push_back(seed.intent);
  return groups;
}

/// What request number `number` shows: a function of the seed.
struct Ask {
  std::string group;
  std::string list;
};

Ask ask_for(std::uint64_t number, const Groups& groups, std::uint64_t seed) {
  RandomStream stream(seed, "invent/" + std::to_string(number));
  const auto group = std::next(groups.begin(), static_cast<std::ptrdiff_t>(stream.below(groups.size())));
  std::vector<std::string> seeds = group->second;
  stream.shuffle(seeds);
  seeds.resize(std::min(seeds.size(), shown));
  std::string list = "Topic: " + group->first + "\n";
  for (std::size_t i = 0; i < seeds.size(); ++i) list += std::to_string(i + 1) + ". " + seeds[i] + "\n";
  return {group->first, list + "Write numbers " + std::to_string(shown + 1) + " to " + std::to_string(shown + wanted)};
}

/// The line without its number, bullet or quotation marks; what the teacher was shown is left out by the pipeline.
std::string bare(std::string line) {
  const auto first = line.find_first_not_of("0123456789.)-*\" \t\xE2\x80\xA2");
  if (first == std::string::npos) return {};
  line = data::fold_case(data::normalise(line.substr(first)));
  while (!line.empty() && (line.back() == '"' || line.back() == '.' || line.back() == ',')) line.pop_back();
  return line;
}

std::vector<std::string> lines_of(const lm::Completion& answer) {
  std::istringstream stream(answer.text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(bare(line));
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

std::unordered_set<std::string> give_earlier(const std::filesystem::path& folder, const TakeIntent& take) {
  std::unordered_set<std::string> ids;
  data::repair_shards(folder);
  if (!data::has_shards(folder)) return ids;
  data::JsonLinesReader reader(folder);
  while (const auto json = reader.next()) {
    if (!ids.insert(json->value("id", "")).second) continue;
    give_lines(json->value("lines", std::vector<std::string>()), json->value("group", ""), take);
  }
  return ids;
}

}  // namespace

void invented_intents(const InventionOptions& options, const std::vector<Intent>& seeds, lm::LanguageModel& teacher,
                      const RunContext& context, const TakeIntent& take) {
  const Groups groups = by_group(seeds);
  const auto earlier = give_earlier(options.folder, take);
  data::ShardWriter writer(options.folder);
  Progress progress{"intents", "invented lists", earlier.size(), options.lists, earlier.size(), ""};
  std::map<std::string, std::string> group_of;
  std::uint64_t number = 0;
  const auto next = [&]() -> std::optional<lm::Request> {
    while (number < options.lists && earlier.count(std::to_string(number))) ++number;
    if (number == options.lists) return std::nullopt;
    const Ask ask = ask_for(number, groups, options.seed);
    lm::Request request;
    request.id = std::to_string(number++);
    request.prompt =
        teacher.chat(std::vector<lm::Message>{{lm::Role::system, instructions}, {lm::Role::user, ask.list}});
    request.sampling.temperature = 1.0;
    request.sampling.top_p = 0.95;
    request.sampling.seed = options.seed;
    request.sampling.max_tokens = 12 * static_cast<int>(wanted);
    group_of[request.id] = ask.group;
    return request;
  };
  const auto take_answer = [&](const lm::Completion& answer) {
    const std::string group = group_of.extract(answer.id).mapped();
    const std::vector<std::string> lines = lines_of(answer);
    writer.append(Json{{"id", answer.id}, {"group", group}, {"lines", lines}});
    writer.flush();
    give_lines(lines, group, take);
    ++progress.done;
    context.observer.progress(progress);
  };
  teacher.complete(next, take_answer);
  writer.close();
  check_stop("inventing intents stopped after " + std::to_string(progress.done) + " lists",
             "run the same command again: it goes on from there");
}

}  // namespace udrl::distill
