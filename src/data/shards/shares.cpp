// Noting shares, and missing them.
#include "udrl/data/shares.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::data {
namespace {

constexpr std::size_t most_named = 12;
constexpr std::uint64_t most_shares = 100'000;

/// The config without the share itself, the seed, and hashes of models and inputs.
std::string run_of(const Manifest& manifest) {
  Json config = manifest.config;
  config.erase("shard");
  return sha256(json_line(Json::array({config, manifest.seed, manifest.models, manifest.inputs}))).substr(0, 16);
}

/// Those that are not held.
std::string missing_shares(const std::set<std::uint64_t>& held, std::uint64_t of) {
  std::string text;
  const std::size_t missing = of - held.size();
  std::size_t named = 0;
  for (std::uint64_t number = 1; named < std::min(missing, most_named); ++number) {
    if (held.contains(number)) continue;
    text += (named++ == 0 ? "" : ", ") + to_text(Share{number, of});
  }
  return missing == named ? text : text + " and " + std::to_string(missing - named) + " more";
}

Error not_whole(const std::string& what, const std::string& which) {
  return user_error(what)
      .expected("every share once, each finished")
      .got(which)
      .hint(
          "run what is missing (the same command, with that --shard), score it, and name its folder too; or go on "
          "without it: --partial");
}

}  // namespace

Share parse_share(const std::string& text) {
  if (text.empty()) return {};
  Share share;
  const auto slash = text.find('/');
  const char* end = text.data() + text.size();
  const char* middle = slash == std::string::npos ? end : text.data() + slash;
  const auto whole = [](const char* first, const char* last, std::uint64_t& number) {
    const auto [stop, error] = std::from_chars(first, last, number);
    return error == std::errc() && stop == last;
  };
  const bool good = whole(text.data(), middle, share.number) && middle != end && whole(middle + 1, end, share.of);
  if (good && share.number >= 1 && share.number <= share.of && share.of <= most_shares) return share;
  throw user_error("shard is not a share of the work")
      .expected("i/n with 1 <= i <= n <= " + std::to_string(most_shares) + ", for example 2/8")
      .got("'" + text + "'")
      .hint("give job i of n its number, and a folder of its own with --out");
}

std::string to_text(const Share& share) { return std::to_string(share.number) + "/" + std::to_string(share.of); }

void note_share(Manifest& manifest, const std::string& share) {
  if (share.empty()) return;
  manifest.shares.clear();
  manifest.shares.push_back(HeldShare{run_of(manifest), parse_share(share), std::nullopt});
}

void note_shares_of(Manifest& manifest, const std::vector<std::string>& inputs) {
  std::set<std::pair<std::string, std::string>> known;
  for (const std::string& input : inputs) {
    if (!has_manifest(input)) continue;  // a file, or records of somebody else's
    const Manifest earlier = read_manifest(input);
    for (HeldShare held : earlier.shares) {
      held.complete = earlier.complete && held.complete.value_or(true);
      if (!known.emplace(held.run, to_text(held.share)).second)
        throw user_error("a share of a synthesis is given twice")
            .at(input)
            .got("share " + to_text(held.share))
            .hint("name each folder once; of two copies leave one out");
      manifest.shares.push_back(std::move(held));
    }
  }
}

void note_unfinished(const std::vector<std::string>& inputs, Observer& observer) {
  for (const std::string& input : inputs)
    if (has_manifest(input) && !read_manifest(input).complete)
      observer.note(Level::warning,
                    input + " is not finished: what it lacks is left out. To finish it, run its stage again");
}

void require_whole(const Manifest& manifest) {
  std::map<std::pair<std::string, std::uint64_t>, std::set<std::uint64_t>> held_of;
  for (const HeldShare& held : manifest.shares) {
    if (!held.complete.value_or(true))
      throw not_whole("a share of a synthesis is not finished", "share " + to_text(held.share));
    held_of[{held.run, held.share.of}].insert(held.share.number);
  }
  for (const auto& [run, held] : held_of)
    if (held.size() < run.second)
      throw not_whole("shares of a synthesis are missing", "no share " + missing_shares(held, run.second));
}

}  // namespace udrl::data
