// Task files and few-shot subsets.
#include "udrl/task/task.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "json_schema.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/options.hpp"
#include "udrl/base/random.hpp"
#include "udrl/base/toml.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text.hpp"
#include "udrl/task/validity.hpp"

namespace udrl::task {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

const std::vector<std::string> task_keys = {"name",      "description", "instructions", "max_tokens", "min_words",
                                            "max_words", "subsets",     "shots",        "examples",   "schema",
                                            "allow",     "layout",      "rubric"};

/// Reads typed keys of one file and names file and key where they do not fit.
class Reader {
 public:
  Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

  std::string text(const std::string& key) const {
    if (!json_.contains(key) || !json_[key].is_string()) throw wrong(key, "a string");
    return json_[key].get<std::string>();
  }
  std::string one_of(const std::string& key, const std::vector<std::string>& choices) const {
    const std::string value = text(key);
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return value;
    std::string all;
    for (const std::string& choice : choices) all += (all.empty() ? "" : " or ") + choice;
    throw wrong(key, all);
  }
  std::vector<std::string> texts(const std::string& key) const {
    std::vector<std::string> out;
    if (json_.contains(key) && !json_[key].is_array()) throw wrong(key, "a list of strings");
    for (const Json& item : json_.value(key, Json::array())) {
      if (!item.is_string()) throw wrong(key, "a list of strings");
      out.push_back(item.get<std::string>());
    }
    return out;
  }
  int number(const std::string& key, int low, int high, int fallback) const {
    if (!json_.contains(key)) return fallback;
    const Json& value = json_[key];
    const std::int64_t number = value.is_number_integer() ? value.get<std::int64_t>() : low - std::int64_t{1};
    if (number < low || number > high)
      throw wrong(key, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return static_cast<int>(number);
  }
  void refuse_unknown(const std::vector<std::string>& known) const {
    for (const auto& item : json_.items()) {
      if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
      const std::string near = nearest(item.key(), known);
      throw user_error("unknown key '" + item.key() + "' in a task file")
          .at(where_)
          .hint(near.empty() ? "see data/tasks/README.md for the keys" : "did you mean '" + near + "'?");
    }
  }

 private:
  Error wrong(const std::string& key, const std::string& expected) const {
    return user_error("key '" + key + "' of a task file does not fit")
        .at(where_)
        .expected(expected)
        .got(json_.contains(key) ? data::json_line(json_[key]) : "nothing")
        .hint("see data/tasks/README.md");
  }
  const Json& json_;
  std::string where_;
};

std::string default_rubric(const Task& task) {
  return "You rate answers to short requests. What is wanted: " + task.description +
         " A good answer is about the subject of the request, keeps its format, style and occasion, and is specific.";
}

std::vector<Example> read_examples(const Json& json, const std::string& where) {
  std::vector<Example> examples;
  if (json.contains("examples") && !json["examples"].is_array())
    throw user_error("'examples' of a task file is not a list").at(where).hint("write each as [[examples]]");
  for (const Json& item : json.value("examples", Json::array())) {
    const Reader reader(item, where + " [[examples]] " + std::to_string(examples.size() + 1));
    reader.refuse_unknown({"intent", "answer"});
    Example example{{}, data::normalise(reader.text("intent")), data::normalise(reader.text("answer"))};
    example.id = content_id({example.intent, example.answer});
    examples.push_back(std::move(example));
  }
  return examples;
}

std::shared_ptr<const JsonSchema> read_schema(const std::string& text, const std::string& where) {
  try {
    return std::make_shared<JsonSchema>(text);
  } catch (const Error& error) {
    throw Error(error).at(where + ": schema");
  }
}

/// The examples are held to the task's own rules: a teacher imitates them.
void check_examples(const Task& task, const std::string& where) {
  for (const std::string& rule : task.allow) {
    const auto& known = validity_rules();
    if (std::find(known.begin(), known.end(), rule) == known.end())
      throw user_error("'allow' names no rule")
          .at(where)
          .got("'" + rule + "'")
          .hint("did you mean '" + nearest(rule, known) + "'?");
  }
  Task others = task;
  others.examples.clear();  // every example is an echo of itself
  for (const Example& example : task.examples) {
    const std::string rule = broken_rule(example.answer, example.intent, others);
    if (rule.empty()) continue;
    throw user_error("an example breaks a rule of its own task")
        .at(where)
        .expected("an answer as you would accept it")
        .got("'" + example.answer + "', which breaks '" + rule + "'")
        .hint("correct it, or 'allow' the rule");
  }
}

/// Examples that are dealt must be told apart.
void check_distinct(const Task& task, const std::string& where) {
  std::map<std::string, std::size_t> numbers;
  for (std::size_t i = 0; i < task.examples.size(); ++i) {
    const auto [known, is_new] = numbers.try_emplace(task.examples[i].id, i + 1);
    if (!is_new)
      throw user_error("an example is there twice")
          .at(where)
          .got("[[examples]] number " + std::to_string(known->second) + " and " + std::to_string(i + 1) + ": '" +
               task.examples[i].intent + "'")
          .hint("remove one of them");
  }
}

void check_counts(const Task& task, const std::string& where) {
  check_distinct(task, where);
  if (static_cast<int>(task.examples.size()) < task.shots)
    throw user_error("too few examples for a few-shot subset")
        .at(where)
        .expected("at least " + std::to_string(task.shots) + " (shots)")
        .got(std::to_string(task.examples.size()))
        .hint("add [[examples]] or lower 'shots'");
  if (task.min_words > task.max_words)
    throw user_error("min_words is larger than max_words").at(where).hint("exchange or correct them");
}

}  // namespace

Task load_task(const fs::path& file) {
  const Json json = data::parse_json(toml_file_as_json(file));
  const Reader reader(json, file.string());
  reader.refuse_unknown(task_keys);
  Task task;
  task.name = reader.text("name");
  task.description = reader.text("description");
  task.instructions = reader.text("instructions");
  task.max_tokens = reader.number("max_tokens", 1, 4096, task.max_tokens);
  task.min_words = reader.number("min_words", 1, data::longest_answer, task.min_words);
  task.max_words = reader.number("max_words", 1, data::longest_answer, task.max_words);
  task.subsets = reader.number("subsets", 1, 64, task.subsets);
  task.shots = reader.number("shots", 0, 64, task.shots);
  task.examples = read_examples(json, file.string());
  if (json.contains("schema")) task.schema = read_schema(reader.text("schema"), file.string());
  task.allow = reader.texts("allow");
  task.rubric = json.contains("rubric") ? reader.text("rubric") : default_rubric(task);
  if (json.contains("layout")) task.layout = *from_name<ShotLayout>(reader.one_of("layout", all_names<ShotLayout>()));
  check_counts(task, file.string());
  check_examples(task, file.string());
  task.sha256 = sha256_file(file);
  return task;
}

std::vector<Task> load_tasks(const fs::path& folder, const std::vector<std::string>& names) {
  if (!fs::is_directory(folder))
    throw user_error("no folder of task files").at(folder.string()).hint("name one that holds NAME.toml files");
  std::vector<std::string> known;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".toml") known.push_back(entry.path().stem().string());
  std::sort(known.begin(), known.end());

  std::vector<Task> tasks;
  for (const std::string& name : names.empty() ? known : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string near = nearest(name, known);
      throw user_error("no task '" + name + "'")
          .at(folder.string())
          .hint(near.empty() ? "add the file " + name + ".toml there" : "did you mean '" + near + "'?");
    }
    const auto same = [&](const Task& task) { return task.name == name; };
    if (std::any_of(tasks.begin(), tasks.end(), same)) {
      throw user_error("task '" + name + "' is named twice").hint("name each task once");
    }
    tasks.push_back(load_task(folder / (name + ".toml")));
    if (tasks.back().name != name)
      throw user_error("a task has another name than its file")
          .at((folder / (name + ".toml")).string())
          .expected("name = \"" + name + "\"")
          .got("'" + tasks.back().name + "'")
          .hint("give both the same name: they are asked for by it");
  }
  if (tasks.empty()) throw user_error("no task files").at(folder.string()).hint("add a file NAME.toml");
  return tasks;
}

std::vector<std::vector<Example>> few_shot_subsets(const Task& task, std::uint64_t seed) {
  // Examples are dealt like cards: a new shuffle only once all have been used.
  RandomStream stream(seed, "few-shot/" + task.name);
  std::vector<Example> deck;
  std::vector<std::vector<Example>> subsets(static_cast<std::size_t>(task.subsets));
  for (auto& subset : subsets) {
    while (static_cast<int>(subset.size()) < task.shots) {
      if (deck.empty()) {
        deck = task.examples;
        stream.shuffle(deck);
      }
      const bool used =
          std::any_of(subset.begin(), subset.end(), [&](const Example& e) { return e.id == deck.back().id; });
      if (!used) subset.push_back(deck.back());
      deck.pop_back();
    }
  }
  return subsets;
}

std::vector<lm::Message> teacher_messages(const Task& task, const std::vector<Example>& shots,
                                          const std::string& intent) {
  std::vector<lm::Message> messages{{lm::Role::system, task.instructions}};
  for (const Example& shot : shots) {
    if (task.layout == ShotLayout::list) {
      messages[0].content += "\n\nRequest: " + shot.intent + "\nAnswer: " + shot.answer;
    } else {
      messages.push_back({lm::Role::user, shot.intent});
      messages.push_back({lm::Role::assistant, shot.answer});
    }
  }
  messages.push_back({lm::Role::user, intent});
  return messages;
}

void stop_where_answer_ends(const Task& task, lm::Sampling& sampling) {
  sampling.stop_at_newline = task.schema == nullptr;
  sampling.stop_after_object = task.schema != nullptr;
}

std::string kept_answer(const Task& task, const std::string& written) {
  const bool in_lines = task.schema && written.find('\n') != std::string::npos;
  const std::string object = in_lines ? object_on_one_line(written) : "";
  return data::normalise(object.empty() ? written : object);
}

std::size_t shared_segments(const Task& task, const std::vector<Example>& shots, const lm::LanguageModel& model) {
  const lm::Prompt a = model.chat(teacher_messages(task, shots, "a"));
  const lm::Prompt b = model.chat(teacher_messages(task, shots, "b"));
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace udrl::task
