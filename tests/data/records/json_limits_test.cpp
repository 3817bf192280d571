// The limits of JSON: what takes the most memory for its bytes is refused before it is parsed, and what is let through
// stays below 1 GiB. Not for: what is no JSON (shards/reader_test.cpp).
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/shards.hpp"

using namespace udrl;
using namespace udrl::data;
using namespace udrl::data::testing;

namespace {

struct Shape {
  const char* name;
  std::string element;
  std::size_t values;  ///< of an element
};

std::string nested(const std::string& open, const std::string& close, int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

/// Objects in objects, 62 deep: the innermost is empty.
std::string chain(const std::string& key) { return nested("{\"" + key + "\":", "", 61) + "{}" + std::string(61, '}'); }

/// What takes much memory for its bytes, or for its values.
std::vector<Shape> hostile() {
  return {{"numbers", "0", 1},
          {"texts", "\"\"", 1},
          {"lists", "[]", 1},
          {"objects", "{}", 1},
          {"lists of one", "[0]", 2},
          {"objects of one", "{\"\":{}}", 2},
          {"lists in lists", nested("[", "]", 63), 63},
          {"objects in objects", chain(""), 62},
          {"objects in objects, with keys beside them", chain("0123456789abcdef"), 62}};
}

std::string list_of(const std::string& element, std::size_t times) {
  std::string text = "[";
  text.reserve(times * (element.size() + 1) + 2);
  for (std::size_t i = 0; i < times; ++i) text.append(i == 0 ? "" : ",").append(element);
  return text + "]";
}

/// As many as fit into a document.
std::string longest_of(const std::string& element) {
  return list_of(element, ((longest_document_mib << 20U) - 2) / (element.size() + 1));
}
/// As many as have no more values than are let through; the list is one.
[[maybe_unused]] std::string largest_of(const Shape& shape) {
  return list_of(shape.element, (most_json_values - 1) / shape.values);
}

/// The most memory that a process of its own takes for this: not measured under sanitizers, which take more.
[[maybe_unused]] std::size_t peak_mib(const std::function<void()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    act();
    ::_exit(0);
  }
  int status = 0;
  rusage used{};
  REQUIRE(::wait4(child, &status, 0, &used) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  return static_cast<std::size_t>(used.ru_maxrss) >> 10U;
}

}  // namespace

TEST_CASE("JSON of tiny values is refused by their number, by all that parse it, and told by whoever wants to say it") {
  for (const Shape& shape : hostile()) {
    INFO(shape.name);
    const std::string text = longest_of(shape.element);
    const std::string message = message_of([&] { parse_json(text); });
    CHECK(contains(message, "the JSON holds more than 2500000 values"));
    CHECK(contains(message, "hint:"));
    CHECK(json_excess(text) == "more than 2500000 values");
    CHECK(json_or_discarded(text).is_discarded());
    CHECK(ordered_json_or_discarded(text).is_discarded());
    CHECK_FALSE(is_json(text));
    CHECK(message_of([&] { check_json_excess(text); }) == message);
  }
}

TEST_CASE("A value more than the limit is refused, and the limit is not; brackets, commas and texts count rightly") {
  const std::string most = list_of("0", most_json_values - 1);
  CHECK(json_excess(most).empty());
  CHECK(json_excess(list_of("0", most_json_values)) == "more than 2500000 values");
  CHECK(json_excess(list_of("[ \n]", most_json_values - 1)).empty());
  CHECK(json_excess(list_of("{ }", most_json_values)) == "more than 2500000 values");
  CHECK(json_excess(list_of("{\"a\":0}", most_json_values / 2)) == "more than 2500000 values");
  CHECK(json_excess("[\"" + std::string(3'000'000, ',') + std::string(3'000'000, '[') + "\"]").empty());
}

TEST_CASE("A text of JSON that is longer than a document is refused with its limit, whoever read it") {
  const std::string text((longest_document_mib << 20U) + 1, ' ');
  CHECK(contains(message_of([&] { parse_json(text); }), "the JSON is longer than 64 MiB"));
  CHECK(json_excess(text) == "longer than 64 MiB");
  CHECK(json_or_discarded(text).is_discarded());
}

TEST_CASE("A tokenizer of 260,000 pieces and 580,000 merges, the largest that is known, is let through") {
  Json vocabulary = Json::object();
  for (int i = 0; i < 262'144; ++i) vocabulary["p" + std::to_string(i)] = i;
  const std::string text =
      "{\"vocab\":" + vocabulary.dump() + ",\"merges\":" + list_of("[\"abcd\",\"efgh\"]", 580'604) + "}";
  vocabulary = nullptr;
  CHECK(parse_json(text).at("merges").size() == 580'604);
}

TEST_CASE("A document with too many values is refused with its name, and a line of a shard with its number") {
  const TempFolder folder;
  put(folder / "a.json", list_of("{}", most_json_values));
  CHECK(contains(message_of([&] { read_json(folder / "a.json"); }), "a.json: the JSON holds more than 2500000 values"));
  put(folder / "part-00000.jsonl", "{\"n\":1}\n{\"n\":" + list_of("0", most_json_values) + "}\n");
  JsonLinesReader reader(folder / "part-00000.jsonl");
  CHECK(reader.next());
  const std::string message = message_of([&] { reader.next(); });
  CHECK(contains(message, "part-00000.jsonl:2: malformed line: the JSON holds more than 2500000 values"));
}

TEST_CASE("A key that stands twice behind many objects is found in their time, not in its square") {
  const std::string many = list_of("{\"\":{}}", (most_json_values - 10) / 2);
  CHECK(contains(message_of([&] { parse_json(many.substr(0, many.size() - 1) + ",{\"a\":0,\"a\":1}]"); }), "\"a\""));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("No JSON takes 1 GiB: of what is let through, the worst, made another kind of JSON or with a key twice") {
  constexpr std::size_t most_mib = 1024;
  for (const Shape& shape : hostile()) {
    if (!std::string_view(shape.name).starts_with("objects in")) continue;  // the rest takes half as much a value
    INFO(shape.name);
    const std::string text = largest_of(shape);
    CHECK(peak_mib([&] { const OrderedJson other = parse_json(text); }) < most_mib);
  }
  std::string twice = "{\"0\":{}";
  for (int i = 0; i < 2'000'000; ++i) twice += ",\"" + std::to_string(i) + "\":{}";
  CHECK(peak_mib([&] { (void)message_of([&] { parse_json(twice + "}"); }); }) < most_mib);
}
#endif
