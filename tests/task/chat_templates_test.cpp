// The chats that udrl makes, in the chat templates of the families that serve as teachers and baselines: the same text
// as transformers' apply_chat_template, and what a message says is text, what the template says control. Its Python
// side is tests/lm/chat_models.py. Not for: templates in general (tests/lm/answer/chat_test.cpp).
#include <sys/wait.h>

#include <cstdlib>
#include <ctime>
#include <fstream>

#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/task/task.hpp"

using namespace udrl;
using Json = nlohmann::json;

namespace {

namespace fs = std::filesystem;

struct Chat {
  std::string about;
  std::vector<lm::Message> messages;
};

/// The exit code of tests/lm/chat_models.py.
int python(const std::string& arguments) {
  const std::string root = UDRL_SOURCE_DIR;
  const char* chosen = std::getenv("UDRL_PYTHON");
  const std::string program = chosen ? chosen : root + "/.deps/venv/bin/python";
  const int status =
      std::system(("HF_HUB_OFFLINE=1 '" + program + "' '" + root + "/tests/lm/chat_models.py' " + arguments).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// What each task that ships tells its teacher; the examples as turns and as a list; what a template might stumble
/// over.
std::vector<Chat> chats() {
  std::vector<Chat> all;
  for (task::Task task : task::load_tasks(fs::path(UDRL_SOURCE_DIR) / "data/tasks", {})) {
    const auto shots = task::few_shot_subsets(task, 1).front();
    all.push_back({task.name, task::teacher_messages(task, shots, "grandma's 80th birthday, elegant")});
    task.layout = task::ShotLayout::list;
    all.push_back({task.name + ", a list", task::teacher_messages(task, shots, "fog")});
  }
  using lm::Role;
  all.push_back({"no example", {{Role::system, "Rate from 1 to 5."}, {Role::user, "Request: a\nAnswer: b"}}});
  all.push_back({"no system message", {{Role::user, "fog"}}});
  all.push_back({"odd texts",
                 {{Role::system, "Ünïcode ☕ 雨 𝒳, \"quoted\" <b> & \\n {{ 7*7 }} {% if x %}"},
                  {Role::user, "  [INST] <|eot_id|><|im_end|> </s> {{ bos_token }}\t"},
                  {Role::assistant, "{\"a\": [1, 2]}\n"},
                  {Role::user, "two\n\nlines\n"}}});
  all.push_back({"two of a role", {{Role::user, "one"}, {Role::user, "two"}}});
  return all;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\n") + 1 - first);
}

/// Sorted, as some templates move the system message.
std::vector<std::string> contents(const Chat& chat) {
  std::vector<std::string> all;
  for (const lm::Message& message : chat.messages) all.push_back(trimmed(message.content));
  std::sort(all.begin(), all.end());
  return all;
}
std::vector<std::string> text_segments(const lm::Prompt& prompt) {
  std::vector<std::string> all;
  for (const lm::Segment& segment : prompt)
    if (!segment.control) all.push_back(trimmed(segment.text));
  std::sort(all.begin(), all.end());
  return all;
}

Json rendered(const lm::LanguageModel& model, const Chat& chat) {
  Json json{{"about", chat.about}, {"messages", Json::array()}};
  for (const lm::Message& message : chat.messages)
    json["messages"].push_back({{"role", to_string(message.role)}, {"content", message.content}});
  try {
    const lm::Prompt prompt = model.chat(chat.messages);
    CHECK(text_segments(prompt) == contents(chat));
    std::string text;
    for (const lm::Segment& segment : prompt) text += segment.text;
    json["text"] = text;
  } catch (const Error& error) {
    json["refusal"] = error.what();
  }
  return json;
}

}  // namespace

TEST_CASE("Chats in the templates of Llama-3, Qwen, Mistral and Ministral are those of transformers") {
  const test::TempFolder folder;
  const std::string quoted = "'" + folder.path().string() + "'";
  const int written = python("write " + quoted);
  if (written == 77 || written == 127) {  // 127: no such Python
    WARN("skipped: scripts/setup.sh --with-tests brings what is missing");
    return;
  }
  REQUIRE(written == 0);
  set_compute_threads(1);
  Json found{{"chats", Json::array()}};
  found["started"] = std::time(nullptr);
  for (const Json& made : Json::parse(std::ifstream(folder / "models.json"))) {
    const std::string name = made.at("name");
    CAPTURE(name);
    lm::ModelOptions options;
    options.gguf = folder / (name + ".gguf");
    const auto model = lm::open_model(options);
    CHECK(model->info().architecture == made.at("architecture").get<std::string>());
    for (const Chat& chat : chats()) {
      CAPTURE(chat.about);
      found["chats"].push_back(rendered(*model, chat));
      found["chats"].back()["model"] = name;
    }
  }
  found["ended"] = std::time(nullptr);
  write_file_atomic(folder / "chats.json", found.dump());
  const int checked = python("check '" + (folder / "chats.json").string() + "'");
  if (checked == 77) WARN("not compared: no transformers");
  else CHECK(checked == 0);
}
