// Every shipped config file is accepted by the stage that it is for: known keys, values in range, nothing missing.
// Not for: running them (the smoke run does that for configs/ci).
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "udrl/base/options.hpp"
#include "udrl/distill/ideas.hpp"
#include "udrl/distill/intents.hpp"
#include "udrl/distill/score.hpp"
#include "udrl/distill/synthesize.hpp"
#include "udrl/distill/tag.hpp"
#include "udrl/eval/options.hpp"
#include "udrl/eval/systems.hpp"
#include "udrl/inspect/doctor.hpp"
#include "udrl/task/task.hpp"
#include "udrl/train/options.hpp"

namespace {

namespace fs = std::filesystem;
const fs::path source = UDRL_SOURCE_DIR;

std::vector<fs::path> toml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(source / folder))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

template <class Options>
Options read(const fs::path& file) {
  Options options;
  udrl::OptionSet set;
  declare(set, options);
  set.read_toml(file);
  set.validate();
  return options;
}

void read_train(const fs::path& file) { udrl::train::check(read<udrl::train::TrainOptions>(file)); }

using Reader = std::function<void(const fs::path&)>;
const std::map<std::string, Reader> readers = {{"intents", read<udrl::distill::IntentsOptions>},
                                               {"synthesize", read<udrl::distill::SynthesizeOptions>},
                                               {"score", read<udrl::distill::ScoreOptions>},
                                               {"doctor", read<udrl::inspect::DoctorOptions>},
                                               {"tag", read<udrl::distill::TagOptions>},
                                               {"ideas", read<udrl::distill::IdeasOptions>},
                                               {"train", read_train},
                                               {"eval", read<udrl::eval::EvalOptions>}};

/// configs/sample/synthesize-qwen-deep.toml → "synthesize"
std::string stage_of(const fs::path& file) {
  const std::string name = file.stem().string();
  return name.substr(0, name.find('-'));
}

}  // namespace

TEST_CASE("Every shipped recipe is accepted by its stage") {
  int recipes = 0;
  for (const fs::path& file : toml_files("configs")) {
    if (file.parent_path().filename() == "systems") continue;
    INFO(file.string());
    const auto reader = readers.find(stage_of(file));
    REQUIRE(reader != readers.end());
    REQUIRE_NOTHROW(reader->second(file));
    ++recipes;
  }
  CHECK(recipes >= 15);
}

TEST_CASE("The recipe that is tested has all stages") {
  for (const auto& stage : readers) {
    INFO(stage.first);
    CHECK(fs::exists(source / "configs/ci" / (stage.first + ".toml")));
  }
}

TEST_CASE("The paper's comparison names each family once, as a file that is put there") {
  std::set<std::string> names;
  const auto options = read<udrl::eval::EvalOptions>(source / "configs/paper/eval.toml");
  for (const std::string& file : options.systems.files) {
    INFO(file);
    const auto loaded = udrl::eval::load_system(source / file, {});
    CHECK(names.insert(loaded.name).second);
    CHECK_FALSE(loaded.model.gguf.empty());  // paper.sh leaves out those that are not there
  }
  CHECK(names == std::set<std::string>{"llama-3-8b-instruct", "qwen2-7b-instruct", "qwen3-8b", "mistral-7b-instruct",
                                       "ministral-3-8b-instruct"});
}

TEST_CASE("Qwen3 and Ministral can be asked behind an endpoint as from a file, and do not think aloud") {
  for (const std::string name : {"qwen3-8b", "ministral-3-8b-instruct"}) {
    INFO(name);
    const auto of_file = udrl::eval::load_system(source / "configs/systems" / (name + ".toml"), {});
    const auto served = udrl::eval::load_system(source / "configs/systems" / (name + "-vllm.toml"), {});
    CHECK(served.model.endpoint.urls.size() == 1);
    CHECK_FALSE(served.model.endpoint.http_model.empty());
    REQUIRE(served.rows.size() == of_file.rows.size());
    for (std::size_t i = 0; i < served.rows.size(); ++i) {
      CHECK(served.rows[i].sampling.temperature == of_file.rows[i].sampling.temperature);
      CHECK(served.rows[i].sampling.repeat_penalty == of_file.rows[i].sampling.repeat_penalty);
      CHECK(served.rows[i].name != of_file.rows[i].name);  // both fit into one report
    }
    const auto kwargs = served.model.endpoint.extra.find("chat_template_kwargs");
    CHECK((kwargs != served.model.endpoint.extra.end()) == (name == "qwen3-8b"));
    if (kwargs != served.model.endpoint.extra.end()) {
      INFO(kwargs->second.text);
      CHECK(kwargs->second.text.find("enable_thinking") != std::string::npos);
      CHECK(kwargs->second.text.find("false") != std::string::npos);
    }
  }
}

TEST_CASE("Every shipped system and task is accepted") {
  for (const fs::path& file : toml_files("configs")) {
    if (file.parent_path().filename() != "systems") continue;
    INFO(file.string());
    REQUIRE_NOTHROW(udrl::eval::load_system(file, {}));
  }
  for (const fs::path& file : toml_files("data/tasks")) {
    INFO(file.string());
    REQUIRE_NOTHROW(udrl::task::load_task(file));
  }
}
