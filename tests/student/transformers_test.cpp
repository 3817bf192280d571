// The checkpoint folder opened by Python's `transformers`: ids, logits, chat template. The Python side is
// check_transformers.py.
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "chat_cases.hpp"
#include "checkpoint/chat_template.hpp"
#include "export/odd_texts.hpp"
#include "reference.hpp"
#include "tiny.hpp"
#include "udrl/base/files.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/data/text.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

std::string python() {
  if (const char* chosen = std::getenv("UDRL_PYTHON")) return chosen;
  return std::string(UDRL_SOURCE_DIR) + "/.deps/venv/bin/python";
}

int run(const std::string& arguments) {
  const std::string script = std::string(UDRL_SOURCE_DIR) + "/tests/student/check_transformers.py";
  return std::system(("HF_HUB_OFFLINE=1 '" + python() + "' '" + script + "' " + arguments).c_str());
}

nlohmann::json expectations(const tiny::Weights& weights) {
  const Tokenizer& tokenizer = tiny::tokenizer();
  nlohmann::json json;
  for (const std::string& text : tiny::strings())
    json["texts"].push_back({{"text", text}, {"ids", tokenizer.encode(text)}});
  // Normalised, as its card wants it: transformers reads spellings of commands in any text.
  for (const std::string& odd : odd_texts(tokenizer, 10'000, 2)) {
    const std::string text = (odd.starts_with(' ') ? " " : "") + data::normalise(odd);
    json["texts"].push_back({{"text", text}, {"ids", tokenizer.encode(text)}});
  }
  const lm::Prompt prompt = command::sequence_prompt("marsun sale", default_command(tiny::commands(), 0));
  std::string sequence;
  for (const lm::Segment& segment : prompt) sequence += segment.text;
  json["sequence"] = {{"text", sequence}, {"ids", tokenizer.encode(prompt)}};
  json["chat"] = {{"content", " marsun\n  sale "}, {"rendered", "⟨s⟩" + sequence}};
  json["logits"] = tiny::reference_logits(tiny::config(), weights, tokenizer.encode(prompt));
  for (const tiny::ChatCase& chat : tiny::chat_cases()) {
    json["chats"].push_back({{"about", chat.about},
                             {"messages", nlohmann::json::parse(chat.messages)},
                             {"arguments", nlohmann::json::parse(chat.arguments)},
                             {"prompt", chat.prompt},
                             {"refusal", chat.refusal}});
  }
  json["parameters"] = tiny::config().parameter_count();
  return json;
}

}  // namespace

TEST_CASE("transformers opens the folder and agrees in ids, logits and chat template") {
  if (run("--available >/dev/null 2>&1") != 0) {
    WARN("skipped: no transformers in " << python() << " (scripts/setup.sh --with-tests installs it)");
    return;
  }
  const tiny::Folder folder;
  const tiny::Weights weights(tiny::config());
  tiny::write(folder.path(), tiny::config(), weights);
  ModelCard card = tiny::card();
  card.example = "sale\"+exit(3)+\"";
  write_file_atomic(folder / files::card, model_card_text(card, tiny::config(), tiny::commands()));
  write_file_atomic(folder / "expected.json", expectations(weights).dump());
  CHECK(run("'" + folder.path().string() + "' '" + (folder / "expected.json").string() + "'") == 0);
}
