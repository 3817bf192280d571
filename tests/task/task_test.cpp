// Task files, few-shot subsets, and the rules of validity.
#include "udrl/task/task.hpp"

#include <set>

#include "catch.hpp"
#include "distill/support.hpp"
#include "udrl/task/validity.hpp"

using namespace udrl;
using namespace udrl::task;
using namespace udrl::distill::testing;

namespace {

const fs::path tasks_folder = fs::path(UDRL_SOURCE_DIR) / "data/tasks";

Task small_task() {
  Task task;
  task.name = "t";
  task.min_words = 3;
  task.max_words = 12;
  task.examples = {{"id", "lighthouse", "White lighthouse on a black cliff at dusk"}};
  return task;
}

std::string load_text(const TempFolder& folder, const std::string& text) {
  write_file_atomic(folder / "t.toml", text);
  return refusal([&] { load_task(folder / "t.toml"); });
}

}  // namespace

TEST_CASE("Every task that ships loads, and its examples are valid answers") {
  const auto tasks = load_tasks(tasks_folder, {});
  CHECK(tasks.size() >= 2);
  for (const Task& task : tasks) {
    CHECK(task.examples.size() >= 12);
    for (const Example& example : task.examples) {
      Task others = task;
      others.examples.clear();  // an example is an echo of itself
      INFO(example.answer);
      CHECK(broken_rule(example.answer, example.intent, others) == "");
    }
  }
}

TEST_CASE("Few-shot subsets are a function of the seed and use the examples evenly") {
  const Task task = load_task(tasks_folder / "image.toml");
  const auto subsets = few_shot_subsets(task, 7);
  std::map<std::string, int> used;
  for (const auto& subset : subsets) {
    std::set<std::string> ids;
    for (const Example& example : subset) {
      ids.insert(example.id);
      ++used[example.id];
    }
    CHECK(static_cast<int>(ids.size()) == task.shots);
  }
  for (const auto& [id, count] : used) CHECK(count <= 2);
  CHECK(few_shot_subsets(task, 7)[0][0].id == subsets[0][0].id);
}

TEST_CASE("A task file that does not fit is refused with file, key and cure") {
  const TempFolder folder;
  const std::string good = "name = \"t\"\ndescription = \"d\"\ninstructions = \"i\"\nshots = 0\n";
  CHECK(load_text(folder, good).empty());
  CHECK(contains(load_text(folder, good + "max_word = 3\n"), "max_words"));
  CHECK(contains(load_text(folder, good + "max_words = 900\n"), "1 to 80"));
  CHECK(contains(load_text(folder, good + "max_words = 4294967300\n"), "1 to 80"));
  CHECK(contains(load_text(folder, good + "allow = \"repeats\"\n"), "a list of strings"));
  CHECK(contains(load_text(folder, good + "examples = 3\n"), "[[examples]]"));
  CHECK(contains(load_text(folder, good + "schema = \"{\"\n"), "t.toml: schema"));
  CHECK(contains(load_text(folder, good + "schema = '{\"type\": \"objec\"}'\n"), "objec"));  // valijson would abort
  CHECK(contains(load_text(folder, good + "max_words = = 3\n"), "t.toml:5"));
  CHECK(contains(load_text(folder, "name = \"t\"\n"), "description"));
  CHECK(contains(load_text(folder, "name = \"t\"\ndescription = \"d\"\ninstructions = \"i\"\nshots = 2\n"),
                 "too few examples"));
  const std::string one = "[[examples]]\nintent = \"tea\"\nanswer = \"A cup of tea\"\n";
  const std::string again =
      "[[examples]]\nintent = \"tea\"\nanswer = \"A  cup of tea \"\n";  // the same when normalised
  const std::string loose = "name = \"t\"\ndescription = \"d\"\ninstructions = \"i\"\nshots = 2\n";
  CHECK(contains(load_text(folder, loose + one + again), "number 1 and 2"));
  CHECK(contains(refusal([] { load_tasks(tasks_folder, {"imagee"}); }), "did you mean 'image'"));
  write_file_atomic(folder / "copy.toml", read_file(tasks_folder / "image.toml"));
  CHECK(contains(refusal([&] { load_tasks(folder.path(), {"copy"}); }), "another name than its file"));
}

TEST_CASE("An answer that is none is caught by a rule with a name") {
  const Task task = small_task();
  const auto rule = [&](const char* answer) { return broken_rule(answer, "lost cat", task); };
  CHECK(rule("Grey cat on a garden wall, soft light") == "");
  CHECK(rule("Café at dusk, naïve style, crème walls") == "");
  CHECK(rule("") == "empty");
  CHECK(rule("Grey cat") == "too_short");
  CHECK(rule("a b c d e f g h i j k l m") == "too_long");
  CHECK(rule("Sure, here is a prompt for you") == "preamble");
  CHECK(rule("\"Grey cat on a wall\"") == "quoted");
  CHECK(rule("1. Grey cat on a wall") == "list");
  CHECK(rule("Grey cat **on** a wall") == "markup");
  CHECK(rule("Grey cat 灰色的猫 on a wall") == "language");
  CHECK(rule("red lights, red lights, red lights, red lights") == "repeats");
  CHECK(rule("cat cat cat on a wall") == "repeats");
  CHECK(rule("white lighthouse on a black cliff at dusk") == "echo");
  CHECK(broken_rule("lost cat poster", "Lost Cat Poster", task) == "echo");
}
