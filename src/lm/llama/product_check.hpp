// Whether ggml's products are right on this processor: small ones of every type that weights can have, in every memory
// layout that ggml knows for them, beside plain sums. Needs ggml alone, so that set-up can compile it by itself.
//
// For: udrl-selftest, which set-up and tools on another processor run (processor_check.hpp). Not for: speed, or other
// operations than products.
#pragma once

#include <string>
#include <vector>

namespace udrl::lm {

/// One product W·X of 64 × 512 weights.
struct ProductCheck {
  std::string type;    ///< of the weights, in ggml's words: "q4_K"
  std::string layout;  ///< ggml's buffer type: "CPU", "CPU_REPACK", "AMX"
  int columns = 0;     ///< of X: 1 as when writing, more as when reading
  double error = 0;    ///< ‖W·X − reference‖ / ‖reference‖; not a number is an error too

  bool is_right() const;
};

/// All of them, on two threads. Code for instructions that the processor lacks ends the process here (SIGILL): call it
/// in a child. UDRL_SELF_TEST_FAULT=death or =wrong plants a fault, for tests.
std::vector<ProductCheck> check_products();

/// "q4_K in AMX, 5 columns: error 0.71", the wrong ones, joined by "; ". "" where all are right.
std::string wrong_products(const std::vector<ProductCheck>& checks);

}  // namespace udrl::lm
