// llama.cpp as a whole: started once, its log kept for error messages instead of printed. Not for: models.
#pragma once

#include <memory>
#include <string>

#include "llama.h"
#include "udrl/base/error.hpp"

namespace udrl::lm {

/// Starts llama.cpp's back-ends and takes over its log. Further calls do nothing.
void start_llama();

/// The last error lines that llama.cpp or ggml logged, joined by "; ", and forgets them. "" if there were none.
std::string take_llama_errors();

/// An error of the machine whose `got` is what llama.cpp logged.
Error llama_failure(const std::string& what);

struct ModelDeleter {
  void operator()(llama_model* model) const { llama_model_free(model); }
};
struct ContextDeleter {
  void operator()(llama_context* context) const { llama_free(context); }
};
using ModelHandle = std::unique_ptr<llama_model, ModelDeleter>;
using ContextHandle = std::unique_ptr<llama_context, ContextDeleter>;

}  // namespace udrl::lm
