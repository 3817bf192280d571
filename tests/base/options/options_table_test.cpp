// Tables of values of any shape, and names of variables that hold secrets. Not for: the other types
// (options_toml_test.cpp, options_flags_test.cpp).
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/errors/expect_error.hpp"
#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/base/options.hpp"

using namespace udrl;
using namespace udrl::test;
using nlohmann::json;

namespace {

struct Endpoint {
  JsonTable extra;
  std::map<std::string, double> weights;
  std::string key;
  OptionSet set;

  Endpoint() {
    set.add("teacher.extra", extra, "further fields").came_later();
    set.add("weights", weights, "of scorers");
    set.add("teacher.api_key_env", key, "variable that holds the key").runtime_only().names_secret();
  }
  json resolved(bool with_runtime = true) const { return json::parse(set.to_json(with_runtime)); }
};

}  // namespace

TEST_CASE("a table in TOML may hold values of any shape") {
  TempFolder folder;
  Endpoint e;
  e.set.read_toml(folder.file("c.toml", R"(
[teacher.extra]
effort = "low \"quoted\""
top_k = 5
scale = 0.5
stream = false
order = ["a", "b"]
[teacher.extra.template]
thinking = false
deep = { list = [1, { two = 2 }] }
)"));
  CHECK(e.resolved().at("teacher.extra") ==
        json({{"effort", "low \"quoted\""},
              {"top_k", 5},
              {"scale", 0.5},
              {"stream", false},
              {"order", {"a", "b"}},
              {"template", {{"thinking", false}, {"deep", {{"list", {1, {{"two", 2}}}}}}}}}));
}

TEST_CASE("a table on the command line has a flag an entry, its value as in TOML or bare") {
  Endpoint e;
  e.set.parse({"--teacher.extra", "effort=low", "--teacher.extra", "order=[\"a\", 'b,c']", "--teacher.extra",
               "template={thinking = false}", "--teacher.extra", "n=3", "--teacher.extra", "text=a, b = c"},
              "tool", nullptr);
  CHECK(e.resolved().at("teacher.extra") == json({{"effort", "low"},
                                                  {"order", {"a", "b,c"}},
                                                  {"template", {{"thinking", false}}},
                                                  {"n", 3},
                                                  {"text", "a, b = c"}}));
  CHECK(contains(error_of([&] { e.set.parse({"--teacher.extra", "effort"}, "tool", nullptr); }), "name=value"));
}

TEST_CASE("an empty table that came later is not compared, any other is") {
  Endpoint e;
  CHECK_FALSE(e.resolved(false).contains("teacher.extra"));
  e.extra["effort"] = {"\"low\""};
  CHECK(e.resolved(false).contains("teacher.extra"));
}

TEST_CASE("a table of numbers still takes numbers alone") {
  TempFolder folder;
  Endpoint e;
  const auto refused = [&](const std::string& toml) {
    return error_of([&] { e.set.read_toml(folder.file("c.toml", toml)); });
  };
  CHECK(contains(refused("[weights]\na = [1]\n"), "a table of numbers"));
  CHECK(contains(refused("[weights]\na = \"x\"\n"), "a table of numbers"));
  CHECK(contains(refused("[teacher]\nextra = 3\n"), "a table"));
}

TEST_CASE("a key in the place of its variable's name is refused, and not shown") {
  TempFolder folder;
  const std::string key = GENERATE("sk-proj-Ab12", "gsk_Ab12Cd34", "hf_abcdef", "a b");
  Endpoint e;
  const std::string by_flag = error_of([&] { e.set.parse({"--teacher.api-key-env", key}, "tool", nullptr); });
  const std::string by_file =
      error_of([&] { e.set.read_toml(folder.file("c.toml", "[teacher]\napi_key_env = \"" + key + "\"\n")); });
  for (const std::string& error : {by_flag, by_file}) {
    CHECK(error.starts_with("2 "));
    CHECK(contains(error, "teacher.api_key_env"));
    CHECK_FALSE(contains(error, key));
  }
}

TEST_CASE("an address with a secret in it is refused before anything is written, and not shown") {
  const std::string secret = "s3cret";
  std::string url;
  OptionSet set;
  set.add("teacher.url", url, "address");
  const std::string given = GENERATE("https://me:s3cret@host/v1", "https://host/v1?key=s3cret");
  const std::string error = error_of([&] {
    set.parse({"--teacher.url", given}, "tool", nullptr);
    set.validate();
  });
  CHECK(error.starts_with("2 "));
  CHECK(contains(error, "teacher.url"));
  CHECK_FALSE(contains(error, secret));
}

TEST_CASE("the names of variables are taken: in capitals, and whatever is set") {
  setenv("udrl_test_key", "secret", 1);
  const std::string name = GENERATE("OPENAI_API_KEY", "KEY2", "udrl_test_key", "");
  Endpoint e;
  e.set.parse({"--teacher.api-key-env", name}, "tool", nullptr);
  CHECK(e.key == name);
}

TEST_CASE("a value on the command line that is nested too deep is refused, and sentences with many dots are none") {
  const auto parsed = [](const std::string& value) {
    Endpoint e;
    e.set.parse({"--teacher.extra", "x=" + value}, "tool", nullptr);
    return e.resolved().at("teacher.extra").at("x");
  };
  std::string dotted, sentences;
  for (int i = 0; i < 1000; ++i) {
    dotted += "a.";
    sentences += "Be brief. ";
  }
  sentences += "Thanks";
  for (const std::string& deep : {"{" + dotted + "a = 1}", std::string(65, '[') + "1" + std::string(65, ']')}) {
    const std::string error = error_of([&] { parsed(deep); });
    CHECK(contains(error, "2 --teacher.extra: nested more than 64 deep"));
    CHECK(contains(error, "64 times at most"));
    CHECK(contains(error, "quotation marks"));
  }
  CHECK(parsed(sentences) == sentences);
  CHECK(parsed("[[1]]") == json::parse("[[1]]"));
}
