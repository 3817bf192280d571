// udrl-selftest: whether the build of llama.cpp at hand multiplies rightly on this processor. Needs ggml alone: set-up
// compiles it by itself (scripts/lib/llama.sh), and the tools start it where they find another processor than the
// build's.
//
// Prints every product with its error; --quiet nothing. Exit status 0 where all are right, 1 where some are wrong, 2
// where what it printed did not arrive, that of a signal where the processor lacks an instruction.
#include <cstdio>
#include <cstring>

#include "ggml.h"
#include "llama/product_check.hpp"

namespace {

void say_nothing(ggml_log_level, const char*, void*) {}

}  // namespace

int main(int argc, char** argv) {
  const bool quiet = argc > 1 && std::strcmp(argv[1], "--quiet") == 0;
  ggml_log_set(say_nothing, nullptr);
  const auto checks = udrl::lm::check_products();
  const std::string wrong = udrl::lm::wrong_products(checks);
  if (!quiet) {
    for (const auto& one : checks)
      std::printf("%-6s %-12s %3d columns: error %.5f\n", one.type.c_str(), one.layout.c_str(), one.columns, one.error);
    std::printf("%zu products%s%s\n", checks.size(), wrong.empty() ? ", all right" : "; wrong: ", wrong.c_str());
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return 2;
  return wrong.empty() ? 0 : 1;
}
