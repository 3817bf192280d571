// Asked of ggml itself: what matters is what it was built with, and its back-end may be a library that it loads.
#include <string_view>

#include "ggml-backend.h"
#include "llama.h"
#include "runtime.hpp"
#include "udrl/lm/weights.hpp"

namespace udrl::lm {
namespace {

bool processor_has(std::string_view wanted) {
  ggml_backend_reg_t processor = ggml_backend_reg_by_name("CPU");
  if (processor == nullptr) return false;
  const auto features = reinterpret_cast<ggml_backend_get_features_t>(
      ggml_backend_reg_get_proc_address(processor, "ggml_backend_get_features"));
  if (features == nullptr) return false;
  for (const ggml_backend_feature* one = features(processor); one->name != nullptr; ++one)
    if (one->name == wanted) return std::string_view(one->value) == "1";
  return false;
}

}  // namespace

Instructions instructions() {
  start_llama();
  return {processor_has("AVX512_BF16"), processor_has("AMX_INT8"), llama_supports_gpu_offload()};
}

}  // namespace udrl::lm
