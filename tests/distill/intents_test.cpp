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

/// A user's own list in a file of that name.
IntentsOptions own_list(const TemporaryFolder& folder, const std::string& name, const std::string& content) {
  write_file_atomic(folder / name, content);
  IntentsOptions options;
  options.from = folder / name;
  options.out = folder / "intents";
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
    CHECK(contains(intent.intent, intent.occasion));
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
  IntentsOptions options = own_list(folder, "mine.txt", "Holiday  sale\n\nlost cat\r\nHoliday sale\n");
  const auto manifest = make_intents(options, quiet_context());
  CHECK(manifest.counts.at("intents") == 2);
  CHECK(manifest.counts.at("duplicates") == 1);
  CHECK(manifest.counts.at("empty") == 1);
}

TEST_CASE("A user's CSV keeps its columns, quotes and line breaks") {
  const TemporaryFolder folder;
  IntentsOptions options = own_list(folder, "mine.csv",
                                    "\xEF\xBB\xBFintent,subject,group\r\n"
                                    "\"flyer, \"\"big\"\" sale\",sale,shops\r\n"
                                    "\"two\nlines\",,\r\n");
  make_intents(options, quiet_context());
  std::map<std::string, data::Intent> found;
  for (const data::Intent& intent : data::read_intents(options.out)) found[intent.intent] = intent;
  REQUIRE(found.size() == 2);
  CHECK(found["flyer, \"big\" sale"].subject == "sale");
  CHECK(found["flyer, \"big\" sale"].group == "shops");
  CHECK(found["two lines"].subject == "two lines");

  write_file_atomic(folder / "bad.csv", "intent,subject\nholiday sale\n");
  options.from = folder / "bad.csv";
  options.out = folder / "bad";
  CHECK(contains(refusal([&] { make_intents(options, quiet_context()); }), "bad.csv:2"));
  write_file_atomic(folder / "bad.csv", "text,subject\nholiday sale,sale\n");
  CHECK(contains(refusal([&] { make_intents(options, quiet_context()); }), "no column 'intent'"));
}

TEST_CASE("What is no intent is left out and counted by rule") {
  CHECK(broken_intent_rule("flyer for a yoga retreat", 14).empty());
  CHECK(broken_intent_rule("café menu, naïve style", 14).empty());
  CHECK(broken_intent_rule("", 14) == "empty");
  CHECK(broken_intent_rule("a b c d", 3) == "too_long");
  CHECK(broken_intent_rule("йога постер", 14) == "language");
  CHECK(broken_intent_rule("!!! ...", 14) == "no_words");
  CHECK(broken_intent_rule("see https://example.org", 14) == "markup");
  CHECK(broken_intent_rule("Can you make me a poster", 14) == "chat");
  CHECK(broken_intent_rule("what goes on a menu?", 14) == "chat");
  const TemporaryFolder folder;
  IntentsOptions options = own_list(folder, "mine.txt", "holiday sale\nWrite me a poster\nйога\n");
  const auto manifest = make_intents(options, quiet_context());
  CHECK(manifest.counts.at("intents") == 1);
  CHECK(manifest.counts.at("chat") == 1);
  CHECK(manifest.counts.at("language") == 1);
}

TEST_CASE("Near duplicates are left out, the first stays") {
  const TemporaryFolder folder;
  IntentsOptions options =
      own_list(folder, "mine.txt",
               "rustic wedding invitation with wild flowers\nrustic wedding invitations with wild flowers\n"
               "sushi counter opening night\n");
  const auto manifest = make_intents(options, quiet_context());
  CHECK(manifest.counts.at("near_duplicates") == 1);
  std::set<std::string> left;
  for (const data::Intent& intent : data::read_intents(options.out)) left.insert(intent.intent);
  CHECK(left == std::set<std::string>{"rustic wedding invitation with wild flowers", "sushi counter opening night"});
  options.drop_near = false;
  options.out = folder / "all";
  CHECK(make_intents(options, quiet_context()).counts.at("intents") == 3);
}

TEST_CASE("A malformed list is refused with file and line") {
  const TemporaryFolder folder;
  fs::copy(fs::path(UDRL_SOURCE_DIR) / "data/intents", folder / "lists");
  write_file_atomic(folder / "lists" / "formats.tsv", "format\tweight\n-\t1\nflyer 3\n");
  IntentsOptions options;
  options.lists = folder / "lists";
  options.out = folder / "intents";
  const std::string message = refusal([&] { make_intents(options, quiet_context()); });
  CHECK(contains(message, "formats.tsv:3"));
  CHECK(contains(message, "two columns"));
}
