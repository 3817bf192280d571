// Whether the llama.cpp at hand works on this processor, asked where it is another one than it was built on. Not for:
// the products that are tried (product_check.hpp).
#pragma once

#include <string>

namespace udrl::lm {

/// The key of a processor's instruction sets, as scripts/llama_key.sh --processor makes it of /proc/cpuinfo.
std::string processor_key(const std::string& machine, const std::string& cpuinfo);

/// Runs udrl-selftest, which is installed beside the tools, unless this processor has the instruction sets of the one
/// that llama.cpp was built on. Throws `Error` (failure) where its products are wrong or it dies. A program without one
/// beside it is not tested. UDRL_SELF_TEST=always tests on the build's own processor too.
void check_processor();

}  // namespace udrl::lm
