// Systems files and the rows they give.
#include "udrl/eval/systems.hpp"

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "fixtures.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::eval;
using udrl::eval::testing::TemporaryFolder;

namespace {

std::string write(const TemporaryFolder& folder, const std::string& name, const std::string& content) {
  const auto file = folder.path / (name + ".toml");
  std::ofstream(file) << content;
  return file.string();
}

const std::string tiny = "name = \"tiny\"\ntitle = \"Tiny Model Q4\"\n[model]\ngguf = \"tiny.gguf\"\n";

}  // namespace

TEST_CASE("a system gives a row for each decoding") {
  TemporaryFolder folder;
  const System system = load_system(write(folder, "tiny", "temperature = 0.6\nparameters = 7\n" + tiny));
  REQUIRE(system.rows.size() == 2);
  CHECK(system.parameters == 7);
  CHECK(system.rows[0].name == "tiny-greedy");
  CHECK(system.rows[0].sampling.temperature == 0.0);
  CHECK(system.rows[1].title == "Tiny Model Q4, sampled");
  CHECK(system.rows[1].sampling.temperature == Approx(0.6));
}

TEST_CASE("an unknown key or a name that is no folder is refused") {
  TemporaryFolder folder;
  CHECK_THROWS_AS(load_system(write(folder, "a", "temprature = 1.0\n" + tiny)), Error);
  CHECK_THROWS_AS(load_system(write(folder, "b", "name = \"../x\"\ntitle = \"x\"\n[model]\ngguf = \"x.gguf\"\n")),
                  Error);
  CHECK_THROWS_AS(load_system(write(folder, "c", "decodings = [\"beam\"]\n" + tiny)), Error);
}

TEST_CASE("two systems of one name, or a student asked for no return, are refused") {
  TemporaryFolder folder;
  EvalOptions options;
  options.systems = {write(folder, "a", "decodings = [\"greedy\"]\n" + tiny),
                     write(folder, "b", "decodings = [\"sampled\"]\n" + tiny)};
  CHECK_THROWS_AS(load_systems(options), Error);
  options.systems = {write(folder, "c", "name = \"student\"\ntitle = \"x\"\n[model]\ngguf = \"x.gguf\"\n")};
  CHECK_THROWS_AS(load_systems(options), Error);
  options.systems = {write(folder, "d", tiny)};
  CHECK_NOTHROW(load_systems(options));
  options.returns.clear();
  CHECK_THROWS_AS(load_systems(options), Error);
}

TEST_CASE("the headline compares with the teacher's greedy row unless told otherwise") {
  TemporaryFolder folder;
  EvalOptions options;
  options.student = "runs/x/student";
  options.systems = {write(folder, "tiny", tiny)};
  const auto systems = load_systems(options);
  CHECK(systems[0].rows[0].name == "student-top");
  CHECK(reference_row(systems, "") == "tiny-greedy");
  CHECK(reference_row(systems, "tiny-sampled") == "tiny-sampled");
  CHECK(shuffled_source(systems) == "tiny-sampled");
  CHECK_THROWS_AS(reference_row(systems, "tiny-gredy"), Error);
  CHECK_THROWS_AS(reference_row(systems, "student-top"), Error);
}

TEST_CASE("two systems of one name are refused, and so is no teacher") {
  TemporaryFolder folder;
  EvalOptions options;
  const auto file = write(folder, "tiny", tiny);
  options.systems = {file, file};
  CHECK_THROWS_AS(load_systems(options), Error);
  options.systems = {};
  CHECK_THROWS_AS(reference_row(load_systems(options), ""), Error);
}

TEST_CASE("answers of widened weights are not those of the file's") {
  TemporaryFolder folder;
  System system = load_system(write(folder, "tiny", tiny));
  system.model.gguf = write(folder, "model", "weights");
  const std::string own = identity_of(system.model);
  CHECK(own.size() == 64);
  system.model.weights = "bf16";
  CHECK(identity_of(system.model) == own + " as bf16");
}

TEST_CASE("every committed systems file can be read") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(UDRL_SOURCE_DIR "/configs/systems")) {
    if (entry.path().extension() != ".toml") continue;
    ++files;
    CHECK(load_system(entry.path()).name == entry.path().stem().string());
  }
  CHECK(files >= 2);
}
