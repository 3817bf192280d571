// How a student is run where the user does not say.
#include "udrl/inference/quick.hpp"

#include "base/files/temp_folder.hpp"
#include "catch.hpp"

using namespace udrl;
using namespace udrl::inference;

namespace {

using lm::WeightsKind;

constexpr lm::Instructions plain{}, bf16{.avx512_bf16 = true}, amx{.avx512_bf16 = true, .amx = true},
    gpu{.avx512_bf16 = true, .gpu = true};

Circumstances small_student(const lm::Instructions& instructions, WeightsKind stored = WeightsKind::file) {
  return {instructions, stored, /*is_small=*/true, /*keeps_bf16=*/true, /*keeps_q8_0=*/true};
}

Circumstances unwritable(const lm::Instructions& instructions, WeightsKind stored = WeightsKind::file) {
  return {instructions, stored, /*is_small=*/true, /*keeps_bf16=*/false, /*keeps_q8_0=*/false};
}

}  // namespace

TEST_CASE("bf16 is quick by its instructions, unless AMX or a GPU multiplies") {
  CHECK(quick_weights(small_student(bf16)) == WeightsKind::bf16);
  for (const lm::Instructions& others : {plain, amx, gpu})
    CHECK(quick_weights(small_student(others)) == WeightsKind::q8_0);
}

TEST_CASE("a large student is quick in q8_0 everywhere") {
  for (const lm::Instructions& any : {plain, bf16, amx, gpu}) {
    Circumstances large = small_student(any);
    large.is_small = false;
    CHECK(quick_weights(large) == WeightsKind::q8_0);
  }
}

TEST_CASE("a file that is q8_0 is quick as it is, wherever it lies") {
  for (const lm::Instructions& any : {plain, bf16, amx, gpu}) {
    CHECK(quick_weights(small_student(any, WeightsKind::q8_0)) == WeightsKind::q8_0);
    CHECK(quick_weights(unwritable(any, WeightsKind::q8_0)) == WeightsKind::q8_0);
  }
}

TEST_CASE("a file that is bf16 is quick as it is where its instructions are") {
  CHECK(quick_weights(small_student(bf16, WeightsKind::bf16)) == WeightsKind::bf16);
  CHECK(quick_weights(unwritable(bf16, WeightsKind::bf16)) == WeightsKind::bf16);
  CHECK(quick_weights(small_student(plain, WeightsKind::bf16)) == WeightsKind::q8_0);
}

TEST_CASE("where nothing can be written, what is there is quick") {
  for (const lm::Instructions& any : {plain, bf16, amx, gpu})
    CHECK(quick_weights(unwritable(any)) == WeightsKind::file);
  Circumstances with_q8_0 = unwritable(bf16);
  with_q8_0.keeps_q8_0 = true;
  CHECK(quick_weights(with_q8_0) == WeightsKind::q8_0);
  Circumstances with_bf16 = unwritable(bf16);
  with_bf16.keeps_bf16 = true;
  CHECK(quick_weights(with_bf16) == WeightsKind::bf16);
}

TEST_CASE("a small student has few slots, a large one many, and what is named counts") {
  const test::TempFolder folder;
  const auto file = folder.file("student.gguf", "");
  CHECK(is_small(folder.path()));
  CHECK(model_options({}, folder.path()).slots == 8);
  CHECK(model_options({}, folder.path()).weights != lm::WeightsKind::file);  // which one is the processor's
  std::filesystem::resize_file(file, std::uintmax_t{100} << 20U);            // a hole: it takes no room
  CHECK_FALSE(is_small(folder.path()));
  CHECK(model_options({}, folder.path()).slots == 32);
  CHECK(model_options({}, folder.path()).weights == lm::WeightsKind::q8_0);
  CHECK(model_options({StudentWeights::file, 5}, folder.path()).slots == 5);
  CHECK(model_options({StudentWeights::file, 5}, folder.path()).weights == lm::WeightsKind::file);
  CHECK(model_options({StudentWeights::bf16, 0}, folder.path()).weights == lm::WeightsKind::bf16);
}

TEST_CASE("where nothing can be kept beside a student it is read as it is") {
  CHECK(model_options({}, "/nowhere/at/all").weights == lm::WeightsKind::file);
}
