// A student saved again by Python's `transformers` and started from: the loss is the one that transformers computes.
// The Python side is check_init.py.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "optim/trainer.hpp"
#include "run/initial.hpp"
#include "student/tiny.hpp"
#include "train/helpers.hpp"

using namespace udrl;
using namespace udrl::train;

namespace {

std::string python() {
  if (const char* chosen = std::getenv("UDRL_PYTHON")) return chosen;
  return std::string(UDRL_SOURCE_DIR) + "/.deps/venv/bin/python";
}

int check_init(const std::string& arguments) {
  const std::string script = std::string(UDRL_SOURCE_DIR) + "/tests/train/run/check_init.py";
  return std::system(("HF_HUB_OFFLINE=1 '" + python() + "' '" + script + "' " + arguments).c_str());
}

/// What a trainer that starts from `saved` loses on `ids`.
double loss_from(const std::filesystem::path& saved, const std::vector<int>& ids) {
  const testing::TempFolder out;
  const InitialModel initial(saved);
  REQUIRE(initial.tokenizer());
  TrainerOptions options;
  options.model = initial.shape({}, *initial.tokenizer());
  options.device = testing::test_device();
  options.precision = Precision::fp32;
  options.gemm_backend = student::GemmChoice::mkl;
  Trainer trainer(options);
  initial.write_weights({out.path(), options.model, *initial.tokenizer(), 1});
  trainer.load_model(out.path() / "model.safetensors");
  const std::vector<MicroBatch> batches{testing::batch_of({Sequence{ids, 1}})};
  return trainer.evaluate(batches).loss;
}

}  // namespace

TEST_CASE("a run that starts from a folder of transformers loses what transformers does") {
  if (check_init("--available >/dev/null 2>&1") != 0) {
    WARN("skipped: no transformers in " << python() << " (scripts/setup.sh --with-tests installs it)");
    return;
  }
  const tiny::Folder folder;
  tiny::write(folder / "student", tiny::config(), tiny::Weights(tiny::config()));
  const std::vector<int> ids{1, 300, 512, 5, 40, 3, 699, 420, 333, 2};
  std::string arguments = "'" + (folder / "student").string() + "' '" + (folder / "saved").string() + "'";
  for (const int id : ids) arguments += " " + std::to_string(id);
  REQUIRE(check_init(arguments) == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "saved" / "tokenizer.model"));
  const double expected = nlohmann::json::parse(read_file(folder / "saved" / "loss.json")).at("loss");
  CHECK(loss_from(folder / "saved", ids) == Approx(expected).epsilon(1e-5));
}
