#include <fstream>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::student;
using udrl::test::contains;

TEST_CASE("a checkpoint opens as it was written") {
  const tiny::Folder folder;
  const tiny::Weights weights(tiny::config());
  tiny::write(folder.path(), tiny::config(), weights);
  const Checkpoint checkpoint = open_checkpoint(folder.path());
  CHECK(checkpoint.config == tiny::config());
  CHECK(checkpoint.tokenizer.sha256() == tiny::tokenizer().sha256());
  CHECK(checkpoint.commands.tasks.size() == 2);
  CHECK(checkpoint.weights.metadata().at("format") == "pt");
  for (const TensorSpec& spec : tensor_specs(checkpoint.config)) {
    const auto got = checkpoint.tensor(spec).floats();
    REQUIRE(std::vector<float>(got.begin(), got.end()) == weights.at(spec.name));
  }
}

TEST_CASE("commands.json goes with the checkpoint") {
  const tiny::Folder folder;
  command::Fitted commands = tiny::commands();
  commands.countdown = true;
  const StudentConfig config = tiny::config();
  write_checkpoint_texts(folder.path(), {config, tiny::tokenizer(), commands, tiny::card(), {}});
  CHECK(to_json(command::load(folder / files::commands)) == to_json(commands));
}

TEST_CASE("parts that do not fit each other are refused") {
  const tiny::Folder folder;
  const tiny::Weights weights(tiny::config());
  tiny::write(folder.path(), tiny::config(), weights);
  StudentConfig other = tiny::config();
  SECTION("a vocabulary of another size") { other.vocab_size -= 1; }
  SECTION("another width") { other.n_embd = 64; }
  SECTION("more layers") { other.n_layer = 3; }
  SECTION("another end") { other.eos_id = 5; }
  write_file_atomic(folder / files::config, to_json(other).dump());
  CHECK_THROWS_AS(open_checkpoint(folder.path()), Error);
}

TEST_CASE("a file that is missing or cut is named") {
  const std::string name =
      GENERATE(as<std::string>(), files::config, files::weights, files::tokenizer, files::commands);
  const bool cut = GENERATE(false, true);
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  if (cut) std::filesystem::resize_file(folder / name, std::filesystem::file_size(folder / name) / 2);
  else std::filesystem::remove(folder / name);
  try {
    open_checkpoint(folder.path());
    FAIL("opened without " << name);
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.kind() == ErrorKind::user);
    CHECK(contains(error.what(), name));
  }
}

TEST_CASE("weights of another model are not written") {
  const tiny::Folder folder;
  const tiny::Weights weights(tiny::config());
  std::vector<TensorView> views = weights.views();
  StudentConfig config = tiny::config();
  SECTION("one is missing") { views.pop_back(); }
  SECTION("one too many") {
    views.push_back(view_f32("lm_head.weight", {700, 32}, weights.at("transformer.wte.weight")));
  }
  SECTION("other shapes") { config.n_positions = 32; }
  CHECK_THROWS_AS(write_weights(folder.path(), config, views), Error);
  CHECK_FALSE(std::filesystem::exists(folder / files::weights));
}

TEST_CASE("the model card says what it is, how to ask it, and under which licence") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  const std::string card = read_file(folder / files::card);
  CHECK(card.starts_with("---\nlicense: apache-2.0\n"));
  CHECK(contains(card, "teacher-a and teacher-b"));
  CHECK(contains(card, " 49,920 parameters"));
  CHECK(contains(card, "| image | `⟨task:0⟩` | 18 | 0 (lowest) to 4 (top) |"));
  CHECK(contains(card, "\" holiday sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨gen⟩\""));
  CHECK(contains(card, "| loss | 1.93 |"));
  CHECK_FALSE(contains(card, "## Training"));  // an empty table
}

TEST_CASE("the Modelfile puts the commands behind what is typed") {
  const tiny::Folder folder;
  tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
  const std::string text = read_file(folder / files::modelfile);
  CHECK(contains(text, "FROM ./student.gguf\n"));
  CHECK(contains(text, "⟨task:{{ $task }}⟩⟨words:{{ $words }}⟩⟨return:{{ $return }}⟩\n"));
  CHECK(contains(text, "{{- $task = \"1\" -}}{{- $words = \"9\" -}}{{- $top = \"4\" -}}{{- $lowest = \"0\" -}}"));
  CHECK(contains(text, "\n⟨gen⟩\"\"\"\n"));
  CHECK(contains(text, "LICENSE \"\"\"apache-2.0\"\"\"\n"));
  CHECK(contains(text, "PARAMETER temperature 0.7\n"));
  CHECK(contains(text, "PARAMETER num_ctx 64\n"));
}
