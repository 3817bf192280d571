// What a task allows, and answers that are data. Not for: the rules one by one (task_test.cpp).
#include "udrl/task/validity.hpp"

#include "catch.hpp"
#include "distill/support.hpp"

using namespace udrl;
using namespace udrl::task;
using namespace udrl::distill::testing;

namespace {

Task shipped(const std::string& name) { return load_task(fs::path(UDRL_SOURCE_DIR) / "data/tasks" / (name + ".toml")); }

}  // namespace

TEST_CASE("A task may allow what others reject, and its name must be known") {
  Task task = shipped("image");
  task.allow = {"repeats"};
  CHECK(broken_rule("A red sleigh sleigh sleigh full of boxes", "x", task).empty());
  const TempFolder folder;
  std::string text = read_file(fs::path(UDRL_SOURCE_DIR) / "data/tasks/image.toml");
  write_file_atomic(folder / "image.toml", "allow = [\"repeat\"]\n" + text);
  CHECK(contains(refusal([&] { load_task(folder / "image.toml"); }), "did you mean 'repeats'"));
}

TEST_CASE("A task with a schema takes objects that the schema admits, and nothing else") {
  const Task task = shipped("fields");
  const auto rule = [&](const std::string& answer) { return broken_rule(answer, "holiday sale", task); };
  CHECK(rule(R"({"subject": "holiday sale", "document": "poster", "style": "bold", "colors": ["red", "white"]})")
            .empty());
  CHECK(rule(R"({"subject": "holiday sale", "document": "poster", "style": "bold", "colors": "red and white"})") ==
        "schema");
  CHECK(rule(R"({"subject": "holiday sale", "document": "poster", "style": "bold", "colors": []})") == "schema");
  CHECK(rule(R"({"subject": "sale", "document": "poster", "style": "bold", "colors": ["red"], "size": 4})") ==
        "schema");
  CHECK(rule(R"({"subject": "sale", "document": "poster", "style": "bold", "colors": ["red"])") == "schema");
  CHECK(rule("A red sleigh full of wrapped boxes under lights") == "schema");
  CHECK(rule(R"({"subject": "sale", "subject": "cat", "document": "poster", "style": "bold", "colors": ["red"]})") ==
        "schema");
}

TEST_CASE("An object in lines is kept on one; other answers only normalised") {
  const Task task = shipped("fields");
  CHECK(kept_answer(task, "{\n\t\"a\" : \"x:  y, \\\"z\\\"\" ,\n\"b\":[1,\n2]\n}\n") ==
        R"({"a": "x: y, \"z\"", "b": [1, 2]})");
  CHECK(kept_answer(task, "```json\n{\"a\":\n1}\n```") == R"({"a": 1})");
  CHECK(kept_answer(task, R"({"a":1,"b":2})") == R"({"a":1,"b":2})");
  CHECK(kept_answer(task, "Here it is:\n{no}") == "Here it is: {no}");
  CHECK(kept_answer(shipped("image"), "{\n\"a\":1}") == "{ \"a\":1}");
}

TEST_CASE("An example that breaks a rule of its own task is refused") {
  const TempFolder folder;
  std::string text = read_file(fs::path(UDRL_SOURCE_DIR) / "data/tasks/image.toml");
  write_file_atomic(folder / "image.toml",
                    text + "\n[[examples]]\nintent = \"x\"\nanswer = \"Here is a picture of it, as you asked\"\n");
  CHECK(contains(refusal([&] { load_task(folder / "image.toml"); }), "preamble"));
}
