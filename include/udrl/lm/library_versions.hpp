// What --version says of the libraries behind this room. Not for: the models (ModelInfo).
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace udrl::lm {

/// A line each: libcurl, ggml (llama.cpp), and last the instructions that it was built to use, which asks its
/// back-ends: on a processor that lacks them that may be fatal.
std::vector<std::function<std::string()>> library_versions();

}  // namespace udrl::lm
