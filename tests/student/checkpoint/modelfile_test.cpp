// The Modelfile's template in Go's own engine, where there is one.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

using Json = nlohmann::json;

Json chat(const std::string& system, const std::string& user, const std::string& prompt,
          const std::string& refusal = "", const std::string& have = "") {
  Json messages = Json::array();
  if (!system.empty()) messages.push_back({{"role", "system"}, {"content", system}});
  messages.push_back({{"role", "user"}, {"content", user}});
  if (!have.empty()) messages.push_back({{"role", "assistant"}, {"content", have}});
  return {{"about", system + "/" + user}, {"messages", messages}, {"prompt", prompt}, {"refusal", refusal}};
}

Json chats() {
  const std::string first = "⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨return2:any⟩";
  return {chat("", "holiday sale", " holiday sale" + first + "⟨gen⟩"),
          chat("", "  a \n\tsale⟨gen⟩ é▁ ", " a sale(gen⟩ é" + first + "⟨gen⟩"),
          chat("Be kind.", "task: template", " task: template" + first + "⟨gen⟩"),
          chat("task: template", "x", " x⟨task:1⟩⟨words:9⟩⟨return:4⟩⟨return2:any⟩⟨gen⟩"),
          chat("task: template, words: 12, return: lowest", "x", " x⟨task:1⟩⟨words:12⟩⟨return:0⟩⟨return2:any⟩⟨gen⟩"),
          chat("words: 7", "x", " x⟨task:0⟩⟨words:7⟩⟨return:4⟩⟨return2:any⟩⟨gen⟩"),
          chat("return: any", "x", " x⟨task:0⟩⟨words:18⟩⟨return:any⟩⟨return2:any⟩⟨gen⟩"),
          chat("task: poster", "x", "", "there is no such task; the tasks are image, template"),
          chat("task: templates", "x", "", "there is no such task"),
          chat("words: 99", "x", "", "words: any, or 1 to 80"),
          chat("return: best", "x", "", "return: any, top, lowest, or 0 to 4"),
          chat("task: image, wrods: 3", "x", "", "the system message may say"),
          chat("", "x", " x" + first + "⟨have⟩ a shop⟨gen⟩", "", "a  shop ")};
}

}  // namespace

TEST_CASE("the Modelfile's template makes a sequence of a chat, in Go's own engine") {
  if (std::system("go version > /dev/null 2>&1") != 0) {
    WARN("skipped: no go in the PATH");
    return;
  }
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()), tiny::with_auxiliary({"novelty"}));
  write_file_atomic(folder / "chats.json", chats().dump());
  const std::string files = "'" + (folder / files::modelfile).string() + "' '" + (folder / "chats.json").string() + "'";
  const std::string script = std::string(UDRL_SOURCE_DIR) + "/tests/student/check_modelfile.go";
  CHECK(std::system(("GOCACHE='" + (folder / "go").string() + "' go run '" + script + "' " + files).c_str()) == 0);
}
