// A record and its JSON say the same, and a wrong field is named.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/number.hpp"

using namespace udrl;
using namespace udrl::data;
using namespace udrl::data::testing;

TEST_CASE("A full record comes back from its line unchanged") {
  const Record record = full_record();
  const std::string line = to_line(to_json(record));
  const Record back = record_from_json(Json::parse(line));
  CHECK(to_line(to_json(back)) == line);
  CHECK(back.intent.subject == "sale");
  CHECK(back.answer == record.answer);
  CHECK(back.sampling.temperature == record.sampling.temperature);
  CHECK(back.sampling.seed == 18446744073709551615u);
  CHECK(back.sampling.few_shot == record.sampling.few_shot);
  CHECK(back.scores == record.scores);
  CHECK(back.words == record.words);
  CHECK(back.return_value == record.return_value);
  CHECK(back.commands == record.commands);
  CHECK(back.split == "train");
  CHECK(back.draw == 3);
  CHECK(back.extra == record.extra);
}

TEST_CASE("The fields of a line are those of the format and in stage order") {
  CHECK(
      to_line(to_json(full_record())) ==
      R"({"intent_id":"0123","intent":"holiday sale","group":"retail","subject":"sale","format":"flyer","style":"minimalist","occasion":"",)"
      R"("id":"4567","task":"image","answer":"A cosy \"shop\" window …","teacher":"qwen","draw":3,)"
      R"("sampling":{"few_shot":["a","b"],"seed":18446744073709551615,"temperature":0.30000000000000004,"top_p":0.95},)"
      R"("finish":"stop","tokens":17,"scores":{"copying":0.3333333333333333,"relevance":0.1},"words":5,"return":-1e-17,)"
      R"("commands":{"return":4,"words":5},"split":"train","note":{"by":["someone",1,null]}})");
}

TEST_CASE("A field that no stage has set is absent, those of the intent never") {
  Record record;
  record.intent = {"1", "holiday sale", "", "", "", ""};
  CHECK(to_line(to_json(record)) ==
        R"({"intent_id":"1","intent":"holiday sale","group":"","subject":"","format":"","style":"","occasion":""})");
  const Record back = record_from_json(to_json(record));
  CHECK(back.id.empty());
  CHECK_FALSE(back.words.has_value());
  CHECK_FALSE(back.return_value.has_value());
}

TEST_CASE("An empty answer is still an answer") {
  Record record = full_record();
  record.answer.clear();
  CHECK(to_json(record).at("answer") == "");
  CHECK(record_from_json(to_json(record)).answer.empty());
}

TEST_CASE("A record of schema 1 is read, and written as schema 2") {
  Json old = to_json(full_record());
  old["prompt"] = old.at("answer");
  old.erase("answer");
  const Record record = record_from_json(old);
  CHECK(record.answer == full_record().answer);
  CHECK(to_json(record) == to_json(full_record()));
  Json both = to_json(full_record());
  both["prompt"] = "a field of somebody else's";
  CHECK(record_from_json(both).extra.at("prompt") == "a field of somebody else's");
}

TEST_CASE("A missing field is named") {
  for (const std::string name :
       {"intent_id", "intent", "id", "task", "answer", "teacher", "sampling", "finish", "tokens"}) {
    Json json = to_json(full_record());
    json.erase(name);
    const auto error = error_of([&] { record_from_json(json); });
    INFO(name);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::user);
    CHECK(contains(error->what(), "\"" + name + "\""));
    CHECK(contains(error->what(), "missing"));
  }
}

TEST_CASE("A field of the wrong type is named with what was expected and found") {
  struct Case {
    const char *field, *value, *expected;
  };
  const Case cases[] = {{"intent", "7", "a string"},
                        {"words", "\"five\"", "a whole number"},
                        {"words", "5.5", "a whole number"},
                        {"tokens", "3000000000", "32 bits"},
                        {"return", "\"0.5\"", "a number"},
                        {"scores", "[1]", "an object"},
                        {"scores", "{\"relevance\": \"high\"}", "a number"},
                        {"commands", "{\"words\": 1.5}", "a whole number"},
                        {"sampling", "\"greedy\"", "an object"},
                        {"split", "\"dev\"", "train, valid, test, test_intents"},
                        {"group", "7", "a string"}};
  for (const Case& c : cases) {
    Json json = to_json(full_record());
    json[c.field] = Json::parse(c.value);
    const std::string message = message_of([&] { record_from_json(json); });
    INFO(c.field << " = " << c.value << " gave: " << message);
    CHECK(contains(message, c.field));
    CHECK(contains(message, c.expected));
  }
  Json json = to_json(full_record());
  json["scores"]["relevance"] = "high";
  CHECK(contains(message_of([&] { record_from_json(json); }), "scores.relevance"));
  json = to_json(full_record());
  json["sampling"]["seed"] = -1;
  CHECK(contains(message_of([&] { record_from_json(json); }), "seed"));
}

TEST_CASE("A field that is null counts as absent") {
  Json json = to_json(full_record());
  for (const char* name : {"group", "draw", "scores", "words", "return", "commands", "split"}) json[name] = nullptr;
  const Record record = record_from_json(json);
  CHECK(record.intent.group.empty());
  CHECK(record.draw == 0);
  CHECK(record.scores.empty());
  CHECK_FALSE(record.words);
  CHECK_FALSE(record.return_value);
  CHECK(record.commands.empty());
  CHECK(record.split.empty());
  json["intent"] = nullptr;
  CHECK(contains(message_of([&] { record_from_json(json); }), "\"intent\" is missing"));
}

TEST_CASE("A text of an intent that is far too long is refused, in characters and not bytes") {
  for (const char* name : {"intent", "group", "subject", "format", "style", "occasion"}) {
    Json json = to_json(full_record());
    std::string long_text;
    for (std::size_t i = 0; i < longest_intent; ++i) long_text += "é";
    json[name] = long_text;
    CHECK(error_of([&] { record_from_json(json); }) == std::nullopt);
    json[name] = long_text + "é";
    const std::string message = message_of([&] { record_from_json(json); });
    INFO(message);
    CHECK(contains(message, "field \"" + std::string(name) + "\" is far too long"));
    CHECK(contains(message, "1001"));
  }
}

TEST_CASE("A list of one's own is told from intents by what it lacks") {
  CHECK(contains(message_of([] { intent_from_json({{"intent", "holiday sale"}}); }), "intents --from"));
}

TEST_CASE("Only an object is a record") {
  for (const char* text : {"[]", "7", "null", "\"x\""}) {
    CHECK_THROWS_AS(record_from_json(Json::parse(text)), Error);
    CHECK_THROWS_AS(intent_from_json(Json::parse(text)), Error);
  }
}

TEST_CASE("A number that is not finite is never written") {
  Record record = full_record();
  record.scores["relevance"] = std::nan("");
  CHECK(contains(message_of([&] { to_json(record); }), "scores.relevance"));
  record = full_record();
  record.return_value = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(to_json(record), Error);
}

TEST_CASE("Invalid UTF-8 in a record is an error that names the cure") {
  Record record = full_record();
  record.answer = "caf\xE9";
  CHECK(contains(message_of([&] { to_line(to_json(record)); }), "normalise"));
}

TEST_CASE("A number that is not finite is null, and null is not a number") {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    CHECK(number(value).is_null());
  const Json json = {{"finite", number(0.25)}, {"other", number(std::numeric_limits<double>::infinity())}};
  const Fields fields(json, "pair");
  CHECK(fields.number_or_nan("finite") == 0.25);
  CHECK(std::isnan(fields.number_or_nan("other")));
  CHECK_THROWS_AS(fields.number_or_nan("missing"), Error);
}

TEST_CASE("A score that no return could be fitted to is refused with its record") {
  for (const double score : {1e308, -1e101}) {
    Json json = to_json(full_record());
    json["scores"]["relevance"] = score;
    try {
      record_from_json(json);
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::user);
      CHECK(std::string(error.what()).find("relevance") != std::string::npos);
      CHECK(std::string(error.what()).find("4567") != std::string::npos);
    }
  }
  Json json = to_json(full_record());
  json["scores"]["relevance"] = 1e99;
  CHECK_NOTHROW(record_from_json(json));
}
