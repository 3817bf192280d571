// Values as JSON lines, block by block.
#include "value_cache.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "scoring.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::eval {
namespace {

constexpr std::size_t block = 256;  // answers scored before their values reach the disk

std::string key_of(const score::Candidate& answer) {
  return content_id({std::string(answer.intent), std::string(answer.task), std::string(answer.text)});
}

data::Manifest wanted_manifest(const ScorerInfo& info, const std::map<std::string, std::string>& inputs) {
  data::Manifest manifest;
  manifest.stage = "eval-scores";
  manifest.tool_version = version();
  manifest.config = {{"value", info.value}};
  manifest.models["model"] = info.model;
  manifest.inputs = inputs;
  return manifest;
}

data::Json line_of(const std::string& key, const std::vector<std::string>& names, const TextValues& values) {
  data::Json line = {{"key", key}};
  for (std::size_t k = 0; k < names.size(); ++k) line[names[k]] = values[k];
  return line;
}

}  // namespace

ValueCache::ValueCache(const std::filesystem::path& folder, const ScorerInfo& info,
                       const std::map<std::string, std::string>& inputs, std::vector<std::string> names)
    : folder_(folder, wanted_manifest(info, inputs)), names_(std::move(names)) {
  data::repair_shards(folder_);
  if (!data::has_shards(folder_.path())) return;
  data::JsonLinesReader reader(folder_.path());
  const auto convert = [this](const data::Json& json) {
    const data::Fields fields(json, "score");
    std::pair<std::string, TextValues> entry(fields.text("key"), {});
    for (const std::string& name : names_) entry.second.push_back(fields.number(name));
    return entry;
  };
  while (auto entry = reader.next_as(convert)) known_.insert(std::move(*entry));
}

std::vector<TextValues> ValueCache::score(std::span<const score::Candidate> answers, const Score& score,
                                          const std::function<void(std::size_t)>& done) {
  std::vector<score::Candidate> missing;
  std::vector<std::string> keys, missing_keys;
  std::set<std::string> asked;
  for (const score::Candidate& answer : answers) {
    keys.push_back(key_of(answer));
    if (known_.contains(keys.back()) || !asked.insert(keys.back()).second) continue;
    missing.push_back(answer);
    missing_keys.push_back(keys.back());
  }
  done(answers.size() - missing.size());
  for (std::size_t begin = 0; begin < missing.size(); begin += block) {
    const std::size_t n = std::min(block, missing.size() - begin);
    const std::vector<TextValues> values = score(std::span(missing).subspan(begin, n));
    data::ShardWriter writer(folder_);
    for (std::size_t i = 0; i < n; ++i) {
      known_[missing_keys[begin + i]] = values[i];
      writer.append(line_of(missing_keys[begin + i], names_, values[i]));
    }
    writer.close();
    done(answers.size() - missing.size() + begin + n);
    check_stop("evaluation stopped while answers were scored", "run the same command again: it goes on from there");
  }
  std::vector<TextValues> out;
  for (const std::string& key : keys) out.push_back(known_.at(key));
  return out;
}

}  // namespace udrl::eval
