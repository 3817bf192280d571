// Intents from lists and from a user's own file.
#include "udrl/distill/intents.hpp"

#include <set>

#include "catch.hpp"
#include "distill/support.hpp"
#include "intents/sources.hpp"
#include "udrl/data/manifest.hpp"

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

/// The intents that a file of that name and content gives, each once, in order of text.
std::vector<std::string> intents_of(const std::string& name, const std::string& content) {
  const TempFolder folder;
  write_file_atomic(folder / name, content);
  std::vector<std::string> texts;
  intents_from_file(folder / name, [&](data::Intent intent) { texts.push_back(intent.intent); });
  return texts;
}

std::string refusal_of(const std::string& name, const std::string& content) {
  return refusal([&] { intents_of(name, content); });
}

/// A user's own list in a file of that name.
IntentsOptions own_list(const TempFolder& folder, const std::string& name, const std::string& content) {
  write_file_atomic(folder / name, content);
  IntentsOptions options;
  options.from = folder / name;
  options.out = folder / "intents";
  return options;
}

}  // namespace

TEST_CASE("Intents are distinct and say what they were made from") {
  const TempFolder folder;
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
  const TempFolder folder;
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
  const TempFolder folder;
  IntentsOptions options = own_list(folder, "mine.txt", "Holiday  sale\n\nlost cat\r\nHoliday sale\n");
  const auto manifest = make_intents(options, quiet_context());
  CHECK(manifest.counts.at("intents") == 2);
  CHECK(manifest.counts.at("duplicates") == 1);
  CHECK(manifest.counts.at("empty") == 1);
}

TEST_CASE("A user's CSV keeps its columns, quotes and line breaks") {
  const TempFolder folder;
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

TEST_CASE("A quote within a bare field of CSV is a character, and no row is lost") {
  CHECK(intents_of("mine.csv", "intent\n12\" vinyl cover\nlost cat\nholiday sale\n") ==
        std::vector<std::string>{"12\" vinyl cover", "lost cat", "holiday sale"});
  CHECK(contains(refusal_of("mine.csv", "intent\n\"holiday sale\nlost cat\n"), "mine.csv:2"));
}

TEST_CASE("A file is recognised by its name in any case, gzipped or not") {
  const std::vector<std::string> two{"holiday sale", "lost cat"};
  const std::string lines = "{\"intent\": \"holiday sale\"}\n{\"intent\": \"lost cat\"}\n";
  for (const char* name : {"a.jsonl", "a.JSONL", "a.ndjson", "a.NDJSON", "a.json", "a.JSON", "a.list"})
    CHECK(intents_of(name, lines) == two);
  const std::string csv = "group,intent\nshops,holiday sale\npets,lost cat\n";
  for (const char* name : {"a.csv", "a.CSV", "a.tsv", "a.table"}) CHECK(intents_of(name, csv) == two);
  for (const char* name : {"a.tsv", "a.TSV", "a.csv", "a.table"})
    CHECK(intents_of(name, "group\tintent\nshops\tholiday sale\npets\tlost cat\n") == two);
  CHECK(intents_of("a.csv", "Gruppe;Intent \r\nshops;holiday sale\r\npets;lost cat\r\n") == two);
  for (const char* name : {"a.txt", "a.TXT", "a.text"}) CHECK(intents_of(name, "holiday sale\nlost cat\n") == two);
}

TEST_CASE("JSON may be one document: an array of objects or of texts, or an object") {
  const std::vector<std::string> two{"holiday sale", "lost cat"};
  for (const char* name : {"a.json", "a.jsonl", "a.JSON"}) {
    CHECK(intents_of(name, "[\n  {\n    \"intent\": \"holiday sale\"\n  },\n  {\"intent\": \"lost cat\"}\n]\n") == two);
    CHECK(intents_of(name, "[\"holiday sale\", \"lost cat\"]") == two);
  }
  CHECK(intents_of("a.json", "{\n  \"intent\": \"lost, \\\"old\\\" cat\"\n}\n") ==
        std::vector<std::string>{"lost, \"old\" cat"});
  CHECK(contains(refusal_of("a.json", "[\n\"holiday sale\",\n{\"intnt\": \"x\"}\n]"),
                 "a.json:3: field \"intent\" is missing"));
  CHECK(contains(refusal_of("a.json", "[\n\"holiday sale\",\n]"), "a.json:3"));
  CHECK(contains(refusal_of("a.json", "[\n\"holiday sale\",\n\"lost"), "does not end"));
  CHECK(contains(refusal_of("a.json", "[\"holiday sale\"]\nx"), "a.json:2"));
  CHECK(contains(refusal_of("a.json", "{\"intents\": []}"), "a.json:1"));
}

TEST_CASE("A name that says another thing than the content is refused, and so is one that says nothing of text") {
  const std::string lines = "{\"intent\": \"holiday sale\"}\n";
  CHECK(contains(refusal_of("mine.txt", lines), "mine.jsonl"));
  CHECK(contains(refusal_of("mine.csv", lines), "mine.jsonl"));
  CHECK(contains(refusal_of("mine.txt", "intent,group\nholiday sale,shops\n"), "mine.csv"));
  CHECK(contains(refusal_of("mine.jsonl", "holiday sale\n"), "mine.txt"));
  const std::string unknown = refusal_of("mine", "holiday sale\n");
  CHECK(contains(unknown, "mine.txt"));
  CHECK(contains(unknown, "'holiday sale'"));
  CHECK(contains(unknown, ".ndjson"));
  CHECK(contains(refusal_of("mine.txt", "\n\n"), "the file is empty"));
}

TEST_CASE("A list in another encoding is refused with the cure, and its mark and line ends leave nothing behind") {
  CHECK(contains(refusal_of("mine.txt", std::string("h\0o\0l\0", 6)), "iconv -f UTF-16LE -t UTF-8"));
  CHECK(contains(refusal_of("mine.csv", "intent\nholiday sale\ncaf\xE9\n"), "mine.csv:3"));
  CHECK(contains(refusal_of("mine.jsonl", "{\"intent\": \"caf\xE9\"}\n"), "mine.jsonl:1"));
  const std::vector<std::string> two{"holiday sale", "lost cat"};
  const std::string mark = "\xEF\xBB\xBF";
  CHECK(intents_of("a.txt", mark + "holiday sale\rlost cat\r") == two);
  CHECK(intents_of("a.csv", mark + "intent\rholiday sale\rlost cat") == two);
  CHECK(intents_of("a.jsonl", mark + "{\"intent\":\"holiday sale\"}\r{\"intent\":\"lost cat\"}\r") == two);
  CHECK(intents_of("a.json", mark + "[\"holiday sale\",\r\"lost cat\"]") == two);
}

TEST_CASE("A field of another type is named with file and line, and null is absent") {
  const auto of_group = [](const std::string& group) {
    return "{\"intent\": \"lost cat\"}\n{\"intent\": \"holiday sale\", \"group\": " + group + "}\n";
  };
  CHECK(intents_of("a.jsonl", of_group("null")).size() == 2);
  for (const char* name : {"group", "subject", "format", "occasion", "style", "intent"}) {
    const std::string message =
        refusal_of("a.jsonl", "{\"intent\": \"lost cat\"}\n{\"" + std::string(name) + "\": 7}\n");
    INFO(message);
    CHECK(contains(message, "a.jsonl:2"));
    CHECK((contains(message, "\"" + std::string(name) + "\"") || contains(message, "\"intent\" is missing")));
  }
  CHECK(contains(refusal_of("a.jsonl", of_group("7")), "number 7"));
  CHECK(contains(refusal_of("a.json", "[\n{\"intent\": \"a\", \"group\": {}}]"), "a.json:2"));
}

TEST_CASE("A key or a column that stands twice is refused: none of the two is taken in silence") {
  CHECK(contains(refusal_of("a.jsonl", "{\"intent\": \"a\", \"intent\": \"b\"}\n"), "twice"));
  CHECK(contains(refusal_of("a.json", "[\n{\"intent\": \"a\", \"intent\": \"b\"}]"), "a.json:2"));
  CHECK(contains(refusal_of("a.csv", "intent,group,Intent\na,b,c\n"), "a.csv:1"));
  CHECK(intents_of("a.csv", "intent,,\na b,,\n") == std::vector<std::string>{"a b"});  // columns that nobody reads
}

TEST_CASE("An intent that is far too long is refused at the door with its line") {
  const std::string long_one(200'000, 'x');
  CHECK(contains(refusal_of("a.txt", "holiday sale\n" + long_one + "\n"), "a.txt:2"));
  CHECK(contains(refusal_of("a.csv", "intent\n" + long_one + "\n"), "a.csv:2"));
  CHECK(contains(refusal_of("a.jsonl", "{\"intent\": \"" + long_one + "\"}\n"), "a.jsonl:1"));
  CHECK(contains(refusal_of("a.json", "[\n\"" + long_one + "\"]"), "a.json:2"));
  CHECK(broken_intent_rule(std::string(400, 'x'), 14) == "too_long");
}

TEST_CASE("Where no intent is left it is said there and then, and again") {
  const TempFolder folder;
  IntentsOptions options = own_list(folder, "mine.txt", "Write me a poster\n\nйога\n");
  for (int times = 0; times < 2; ++times) {
    const std::string message = refusal([&] { make_intents(options, quiet_context()); });
    INFO(message);
    CHECK(contains(message, "mine.txt"));
    CHECK(contains(message, "chat 1, empty 1, language 1"));
  }
  CHECK_FALSE(data::read_manifest(options.out).complete);
  options.invent = 3;  // nothing to show a teacher: it is not even opened
  options.teacher.gguf = folder / "none.gguf";
  options.out = folder / "invented";
  CHECK(contains(refusal([&] { make_intents(options, quiet_context()); }), "no intent is left"));
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
  const TempFolder folder;
  IntentsOptions options = own_list(folder, "mine.txt", "holiday sale\nWrite me a poster\nйога\n");
  const auto manifest = make_intents(options, quiet_context());
  CHECK(manifest.counts.at("intents") == 1);
  CHECK(manifest.counts.at("chat") == 1);
  CHECK(manifest.counts.at("language") == 1);
}

TEST_CASE("Near duplicates are left out, the first stays") {
  const TempFolder folder;
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

TEST_CASE("A model that takes part is opened at once, and another one is another run") {
  const TempFolder folder;
  write_file_atomic(folder / "own.txt", "tea shop poster\n");
  write_file_atomic(folder / "model.gguf", "no model");
  IntentsOptions options;
  options.from = folder / "own.txt";
  options.out = folder / "out";
  options.same_meaning = 0.9;
  options.embedder.gguf = folder / "model.gguf";
  CHECK_FALSE(refusal([&] { make_intents(options, quiet_context()); }).empty());
  const std::string hash = data::read_manifest(options.out).models.at("embedder");
  CHECK(hash.starts_with(sha256_file(folder / "model.gguf")));
}

TEST_CASE("A malformed list is refused with file and line") {
  const TempFolder folder;
  fs::copy(fs::path(UDRL_SOURCE_DIR) / "data/intents", folder / "lists");
  write_file_atomic(folder / "lists" / "formats.tsv", "format\tweight\n-\t1\nflyer 3\n");
  IntentsOptions options;
  options.lists = folder / "lists";
  options.out = folder / "intents";
  const std::string message = refusal([&] { make_intents(options, quiet_context()); });
  CHECK(contains(message, "formats.tsv:3"));
  CHECK(contains(message, "two columns"));
  for (const char* weight : {"3x", "-1", "inf", "nan", ""}) {
    write_file_atomic(folder / "lists" / "formats.tsv", std::string("format\tweight\n-\t1\nflyer\t") + weight + "\n");
    INFO(weight);
    CHECK(contains(refusal([&] { make_intents(options, quiet_context()); }), "formats.tsv:3"));
  }
  write_file_atomic(folder / "lists" / "formats.tsv", "format\tweight\n-\t0\nflyer\t0\n");
  CHECK(contains(refusal([&] { make_intents(options, quiet_context()); }), "all weights are 0"));
}

TEST_CASE("A list with a mark and other line ends is read as without") {
  const TempFolder folder;
  IntentsOptions options = shipped_lists(folder / "a");
  options.limit = 50;
  make_intents(options, quiet_context());
  fs::copy(options.lists, folder / "lists", fs::copy_options::recursive);
  for (const char* list : {"formats.tsv", "occasions.tsv", "styles.tsv", "phrasings.tsv", "subjects.tsv"}) {
    std::string text;
    for (const char c : read_file(options.lists / list)) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
    write_file_atomic(folder / "lists" / list, "\xEF\xBB\xBF" + text);
  }
  options.lists = folder / "lists";
  options.out = folder / "b";
  make_intents(options, quiet_context());
  CHECK(read_file(folder / "a" / "part-00000.jsonl") == read_file(folder / "b" / "part-00000.jsonl"));
}
