// udrl-selftest: whether the build of llama.cpp at hand multiplies rightly on this processor. Needs ggml alone: set-up
// compiles it by itself (scripts/lib/llama.sh), and the tools start it where they find another processor than the
// build's.
//
// Prints every product with its error; --quiet nothing. Exit status 0 where all are right, 1 where some are wrong, 2
// for an unknown argument and where what it printed did not arrive, that of a signal where the processor lacks an
// instruction.
#include <cstdio>
#include <cstring>

#include "ggml.h"
#include "llama/product_check.hpp"

namespace {

constexpr const char* usage =
    "Usage: udrl-selftest [--quiet]\n\n"
    "Whether the build of llama.cpp at hand multiplies rightly on this processor: every type of weights in every\n"
    "memory layout, beside plain sums. Exit status 0: all products are right; 1: some are wrong.\n\n"
    "  --quiet     print nothing\n"
    "  -h, --help  print this\n";

void say_nothing(ggml_log_level, const char*, void*) {}

/// 2 where what was printed did not arrive.
int ended(int status) { return std::fflush(stdout) != 0 || std::ferror(stdout) != 0 ? 2 : status; }

bool is(const char* argument, const char* flag) { return std::strcmp(argument, flag) == 0; }

}  // namespace

int main(int argc, char** argv) {
  bool quiet = false;
  for (int i = 1; i < argc; ++i) {
    if (is(argv[i], "-h") || is(argv[i], "--help")) {
      std::fputs(usage, stdout);
      return ended(0);
    }
    if (!is(argv[i], "--quiet")) {
      std::fprintf(stderr, "udrl-selftest: unknown argument \"%s\"\n\n%s", argv[i], usage);
      return 2;
    }
    quiet = true;
  }
  ggml_log_set(say_nothing, nullptr);
  const auto checks = udrl::lm::check_products();
  const std::string wrong = udrl::lm::wrong_products(checks);
  if (!quiet) {
    for (const auto& one : checks)
      std::printf("%-6s %-12s %3d columns: error %.5f\n", one.type.c_str(), one.layout.c_str(), one.columns, one.error);
    std::printf("%zu products%s%s\n", checks.size(), wrong.empty() ? ", all right" : "; wrong: ", wrong.c_str());
  }
  return ended(wrong.empty() ? 0 : 1);
}
