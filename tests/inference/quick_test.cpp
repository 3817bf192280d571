// How a student is run where the user does not say.
#include "udrl/inference/quick.hpp"

#include "base/files/temp_folder.hpp"
#include "catch.hpp"

using namespace udrl;
using namespace udrl::inference;

TEST_CASE("a small student has few slots and q8_0, a large one many, and what is named counts") {
  const test::TempFolder folder;
  const auto file = folder.file("student.gguf", "");
  CHECK(is_small(folder.path()));
  CHECK(model_options({}, folder.path()).slots == 8);
  CHECK(model_options({}, folder.path()).weights == lm::WeightsKind::q8_0);
  std::filesystem::resize_file(file, std::uintmax_t{100} << 20U);  // a hole: it takes no room
  CHECK_FALSE(is_small(folder.path()));
  CHECK(model_options({}, folder.path()).slots == 32);
  CHECK(model_options({StudentWeights::file, 5}, folder.path()).slots == 5);
  CHECK(model_options({StudentWeights::file, 5}, folder.path()).weights == lm::WeightsKind::file);
  CHECK(model_options({StudentWeights::bf16, 0}, folder.path()).weights == lm::WeightsKind::bf16);
}

TEST_CASE("where nothing can be kept beside a student it is read as it is") {
  CHECK(model_options({}, "/nowhere/at/all").weights == lm::WeightsKind::file);
}
