// LibTorch's version, and those of what it multiplies with.
#include "udrl/train/library_versions.hpp"

#include <ATen/Version.h>
#include <torch/version.h>

#include <sstream>

#include "ranks/ranks.hpp"

namespace udrl::train {
namespace {

/// Some of them break their lines.
std::string on_one_line(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

std::string torch_version() {
  return "LibTorch " TORCH_VERSION +
         on_one_line(", for this processor " + at::get_cpu_capability() + "; " + at::get_mkl_version() + "; " +
                     at::get_mkldnn_version() + "; " + at::get_openmp_version()) +
         (can_train_in_several() ? "; several processes by gloo" : "; one process only, for lack of gloo's headers");
}

}  // namespace udrl::train
