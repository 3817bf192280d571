// TOML files: every type, every refusal with file and line, and who wins.
#include <nlohmann/json.hpp>

#include "base/errors/expect_error.hpp"
#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "sample_options.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/options.hpp"
#include "udrl/base/toml.hpp"

using namespace udrl;
using namespace udrl::test;

namespace {

struct Reader {
  TempFolder folder;
  Sample o;
  OptionSet set = declare(o);

  void read(const std::string& toml) { set.read_toml(folder.file("c.toml", toml)); }
  /// The error without the folder's name, so that tests can compare it whole.
  std::string refused(const std::string& toml) {
    std::string error = error_of([&] { read(toml); });
    const std::string prefix = folder.path().string() + "/";
    const auto at = error.find(prefix);
    return at == std::string::npos ? error : error.erase(at, prefix.size());
  }
};

}  // namespace

TEST_CASE("a TOML file sets every type of option") {
  Reader r;
  r.read(R"(
resume = true
bins = 7
offset = -5
seed = 9223372036854775807
learning_rate = 3e-4
kind = "global"   # a comment
name = "hash # inside"
input = 'x/y'
tasks = [
  "story",
  "image",
]
temperatures = [0.5, 1]
layers = [0, 3]
[weights]
relevance = 1
copying = 0.5
[model]
slots = 8
)");
  CHECK(r.o.resume);
  CHECK(r.o.bins == 7);
  CHECK(r.o.offset == -5);
  CHECK(r.o.seed == 9223372036854775807u);
  CHECK(r.o.rate == 3e-4);
  CHECK(r.o.kind == "global");
  CHECK(r.o.name == "hash # inside");
  CHECK(r.o.input == "x/y");
  CHECK(r.o.tasks == std::vector<std::string>{"story", "image"});
  CHECK(r.o.temperatures == std::vector<double>{0.5, 1});
  CHECK(r.o.layers == std::vector<int>{0, 3});
  CHECK(r.o.weights == std::map<std::string, double>{{"relevance", 1}, {"copying", 0.5}});
  CHECK(r.o.slots == 8);
}

TEST_CASE("tables may be written inline and dotted") {
  Reader r;
  r.read("model.slots = 4\nweights = { judge = 2 }\nname = \"\"\"two\nlines\"\"\"\n");
  CHECK(r.o.slots == 4);
  CHECK(r.o.weights == std::map<std::string, double>{{"judge", 2}});
  CHECK(r.o.name == "two\nlines");
}

TEST_CASE("an unknown key is refused with the nearest one and its line") {
  Reader r;
  CHECK(r.refused("bins = 3\nlearning_rat = 1\n") ==
        "2 c.toml:2: unknown key \"learning_rat\"\n  hint:     did you mean \"learning_rate\"?");
  CHECK(contains(r.refused("[model]\nslot = 3\n"),
                 "c.toml:2: unknown key \"model.slot\"\n  hint:     did you mean \"model.slots\"?"));
  CHECK(contains(r.refused("[modle]\nslots = 3\n"),
                 "unknown key \"modle.slots\"\n  hint:     did you mean \"model.slots\"?"));
  CHECK(contains(r.refused("slots = 3\n"), "did you mean \"model.slots\"?"));
  CHECK(contains(r.refused("[empty]\n"), "unknown key \"empty\""));
  CHECK(contains(r.refused("zzzzzzzzzz = 1\n"), "--help lists"));
}

TEST_CASE("a wrong type in a file is refused with its line") {
  Reader r;
  CHECK(r.refused("\n\nbins = \"five\"\n") ==
        "2 c.toml:3: bins has the wrong type\n  expected: a whole number\n  got:      \"five\"");
  CHECK(contains(r.refused("bins = 2.5"), "got:      2.5"));
  CHECK(contains(r.refused("bins = [1]"), "got:      a list"));
  CHECK(contains(r.refused("name = 3"), "expected: a text\n  got:      3"));
  CHECK(contains(r.refused("resume = 1"), "expected: true or false"));
  CHECK(contains(r.refused("temperatures = \"warm\""), "got:      \"warm\""));
  CHECK(contains(r.refused("[tasks]\nx = \"image\""), "a list, each a text"));
  CHECK(contains(r.refused("tasks = [1]"), "got:      1"));
  CHECK(contains(r.refused("weights = 3"), "a table of numbers"));
  CHECK(contains(r.refused("[bins]\nx = 1"), "got:      a table"));
  CHECK(contains(r.refused("[[model]]\nslots = 1"), "c.toml:1"));
  CHECK(contains(r.refused("bins = 2024-01-01"), "c.toml:1"));
  CHECK(contains(r.refused("temperatures = [[1.0]]"), "c.toml:1"));
}

TEST_CASE("a single value is a list of one") {
  Reader r;
  r.read("tasks = \"image\"\ntemperatures = 0.5");
  CHECK(r.o.tasks == std::vector<std::string>{"image"});
  CHECK(r.o.temperatures == std::vector<double>{0.5});
}

TEST_CASE("a value out of range in a file is refused with its line") {
  Reader r;
  CHECK(r.refused("seed = 2\nbins = 11\n") == "2 c.toml:2: bins is out of range\n  expected: 1 to 10\n  got:      11");
  CHECK(contains(r.refused("bins = 4294967297"), "out of range"));
  CHECK(contains(r.refused("seed = -1"), "out of range"));
  CHECK(contains(r.refused("kind = \"globl\""), "did you mean \"global\"?"));
  CHECK(contains(r.refused("[weights]\nbeauty = 1"), "weights cannot be \"beauty\""));
  CHECK(contains(r.refused("learning_rate = nan"), "out of range"));
}

TEST_CASE("a file that is not TOML is refused with its line") {
  Reader r;
  CHECK(contains(r.refused("bins = 3\nname = unquoted\n"), "2 c.toml:2: this is not TOML"));
  CHECK(contains(r.refused("bins = 3\nbins = 4\n"), "2 c.toml:2: this is not TOML"));
  CHECK(contains(error_of([&] { r.set.read_toml(r.folder.path() / "missing.toml"); }), "there is no such file"));
}

TEST_CASE("a flag wins over the file and the file over the default") {
  Reader r;
  const std::string file = r.folder.file("c.toml", "bins = 7\nkind = \"global\"\ntasks = [\"story\"]\n").string();
  REQUIRE(r.set.parse({"--bins", "8", "--config", file, "--tasks", "image"}, "tool", nullptr));
  CHECK(r.o.bins == 8);
  CHECK(r.o.kind == "global");
  CHECK(r.o.tasks == std::vector<std::string>{"image"});
  CHECK(r.o.slots == 32);
}

TEST_CASE("a one-letter flag wins over the file too") {
  Reader r;
  const std::string file = r.folder.file("c.toml", "draws = 7\n").string();
  REQUIRE(r.set.parse({"--config=" + file, "-n", "2"}, "tool", nullptr));
  CHECK(r.o.draws == 2);
}

TEST_CASE("a later file wins over an earlier one") {
  Reader r;
  const std::string first = r.folder.file("1.toml", "bins = 2\nseed = 5\n").string();
  const std::string second = r.folder.file("2.toml", "bins = 3\n").string();
  REQUIRE(r.set.parse({"--config", first, "--config", second}, "tool", nullptr));
  CHECK(r.o.bins == 3);
  CHECK(r.o.seed == 5);
}

TEST_CASE("a required option may come from the file") {
  const TempFolder folder;
  std::string output;
  OptionSet set;
  set.add("output", output, "").required();
  set.read_toml(folder.file("c.toml", "output = \"x\""));
  CHECK(error_of([&] { set.validate(); }) == "nothing thrown");
}

TEST_CASE("the final check names where a value came from") {
  const TempFolder folder;
  int low = 1;
  OptionSet set;
  Option& option = set.add("low", low, "");
  const auto file = folder.file("c.toml", "\nlow = 3");
  set.read_toml(file);
  option.range(5, 9);
  CHECK(contains(error_of([&] { set.validate(); }), "2 " + file.string() + ":2: low is out of range"));
}

TEST_CASE("a TOML file that is data becomes JSON") {
  const TempFolder folder;
  const auto file = folder.file("task.toml", "name = \"image\"\n[[example]]\nwords = 3\nshare = 0.25\ntext = '⟨\"'\n");
  const auto json = nlohmann::json::parse(toml_file_as_json(file));
  CHECK(json == nlohmann::json::parse(R"({"name": "image", "example": [{"words": 3, "share": 0.25, "text": "⟨\""}]})"));
  const auto broken = folder.file("broken.toml", "a = 1\nb = \n");
  CHECK(contains(error_of([&] { toml_file_as_json(broken); }), "2 " + broken.string() + ":2: this is not TOML"));
}

TEST_CASE("TOML that is nested too deep is refused before it overflows the stack") {
  const TempFolder folder;
  const auto repeated = [](const std::string& part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  const auto error_in = [&](const std::string& line) {
    return error_of([&] { (void)toml_file_as_json(folder.file("deep.toml", "b = 1\n" + line + "\n")); });
  };
  const std::string dotted = repeated("a.", 200'000) + "a", too_deep = "deep.toml:2: nested more than 64 deep";
  CHECK(contains(error_in(dotted + " = 1"), too_deep));
  CHECK(contains(error_in("[" + dotted + "]"), too_deep));
  CHECK(contains(error_in("[[" + repeated("\"a\" . ", 200'000) + "a]]"), too_deep));
  CHECK(contains(error_in("x = " + repeated("[", 200'000)), too_deep));
  CHECK(contains(error_in("x = " + repeated("{a.a.a.a = ", 20) + "1" + repeated("}", 20)), too_deep));
  CHECK(contains(error_in(R"(x = {text = """1"""", )" + dotted + " = 1}"), too_deep));  // the text ends in a quote
}

TEST_CASE("dots and brackets of texts, comments and lists are not depth") {
  const TempFolder folder;
  const std::string dots(100, '.'), brackets(100, '[');
  std::string content = "a = \"" + dots + R"(\")" + dots + "\"  # " + brackets + "\n";
  content += "b = '" + brackets + "\\'\n";
  content += "c = \"\"\"\n" + dots + R"(\""" )" + brackets + "\"\"\"\"\n";
  content += "d = '''" + dots + "'\n" + brackets + "'''\n";
  content += "list = [\n";
  for (int i = 0; i < 100; ++i) content += "  {x.y = 1.5},  # one\n";
  const auto json = nlohmann::json::parse(toml_file_as_json(folder.file("flat.toml", content + "]\n")));
  CHECK(json.at("a") == dots + "\"" + dots);
  CHECK(json.at("b") == brackets + "\\");
  CHECK(json.at("c") == dots + R"(""" )" + brackets + "\"");
  CHECK(json.at("d") == dots + "'\n" + brackets);
  CHECK(json.at("list").size() == 100);
}

TEST_CASE("a TOML file that is too long is refused unread") {
  const TempFolder folder;
  const auto file = folder.file("long.toml", "a = 1\n");
  std::filesystem::resize_file(file, (longest_document_mib << 20U) + 1);
  CHECK(contains(error_of([&] { (void)toml_file_as_json(file); }), "the file is too long to be read whole"));
}

TEST_CASE("a TOML file that would take gigabytes when it is parsed is refused with its limit") {
  const TempFolder folder;
  std::string content = "a = [";
  while (content.size() <= std::size_t{8} << 20U) content += "{},";
  const std::string message = error_of([&] { (void)toml_file_as_json(folder.file("long.toml", content + "]\n")); });
  CHECK(contains(message, "long.toml: the TOML file is too long"));
  CHECK(contains(message, "at most 8 MiB"));
}
