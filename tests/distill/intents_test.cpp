// Intents from lists and from a user's own file.
#include "udrl/distill/intents.hpp"

#include <set>

#include "catch.hpp"
#include "support.hpp"

using namespace udrl;
using namespace udrl::distill;
using namespace udrl::distill::testing;

namespace {

IntentsOptions shipped_lists(const fs::path& out) {
  IntentsOptions options;
  options.lists = fs::path(UDRL_SOURCE_DIR) / "data/intents";
  options.out = out;
  return options;
}

}  // namespace

TEST_CASE("Intents are distinct and say what they were made from") {
  const TemporaryFolder folder;
  const auto manifest = make_intents(shipped_lists(folder / "intents"), quiet_context());
  const auto intents = data::read_intents(folder / "intents");
  CHECK(manifest.counts.at("intents") == intents.size());
  CHECK(intents.size() > 1500);
  std::set<std::string> texts, groups;
  for (const data::Intent& intent : intents) {
    CHECK(texts.insert(intent.intent).second);
    groups.insert(intent.group);
    INFO(intent.intent);
    CHECK(contains(intent.intent, intent.subject));
    CHECK(contains(intent.intent, intent.format));
    CHECK(contains(intent.intent, intent.style));
    CHECK(intent.intent.find('{') == std::string::npos);
  }
  CHECK(groups.size() == 30);
}

TEST_CASE("Intents are a function of the seed, and a limit takes the first of them") {
  const TemporaryFolder folder;
  IntentsOptions options = shipped_lists(folder / "a");
  make_intents(options, quiet_context());
  options.out = folder / "b";
  options.limit = 10;
  make_intents(options, quiet_context());
  const auto all = data::read_intents(folder / "a");
  const auto some = data::read_intents(folder / "b");
  REQUIRE(some.size() == 10);
  for (std::size_t i = 0; i < some.size(); ++i) CHECK(some[i].intent == all[i].intent);
}

TEST_CASE("A user's own list is normalised, and each intent taken once") {
  const TemporaryFolder folder;
  write_file_atomic(folder / "mine.txt", "Holiday  sale\n\nlost cat\r\nHoliday sale\n");
  IntentsOptions options;
  options.from = folder / "mine.txt";
  options.out = folder / "intents";
  const auto manifest = make_intents(options, quiet_context());
  CHECK(manifest.counts.at("intents") == 2);
  CHECK(manifest.counts.at("duplicates") == 1);
  CHECK(manifest.counts.at("empty") == 1);
}

TEST_CASE("A malformed list is refused with file and line") {
  const TemporaryFolder folder;
  for (const char* name : {"subjects.tsv", "formats.tsv", "styles.tsv", "phrasings.tsv"})
    fs::create_directories(folder / "lists"),
        fs::copy_file(fs::path(UDRL_SOURCE_DIR) / "data/intents" / name, folder / "lists" / name);
  write_file_atomic(folder / "lists" / "formats.tsv", "format\tweight\n-\t1\nflyer 3\n");
  IntentsOptions options;
  options.lists = folder / "lists";
  options.out = folder / "intents";
  const std::string message = refusal([&] { make_intents(options, quiet_context()); });
  CHECK(contains(message, "formats.tsv:3"));
  CHECK(contains(message, "two columns"));
}
