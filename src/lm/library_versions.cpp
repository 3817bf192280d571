// Versions of llama.cpp and libcurl.
#include "udrl/lm/library_versions.hpp"

#include <curl/curl.h>
#include <ggml.h>
#include <llama.h>

namespace udrl::lm {
namespace {

std::string curl_line() { return curl_version(); }

std::string ggml_line() {
  return std::string("llama.cpp with ggml ") + ggml_version() + " (commit " + ggml_commit() + ")";
}

void say_nothing(ggml_log_level, const char*, void*) {}

/// "CPU : SSE3 = 1 | AVX2 = 1 | … | " without its end.
std::string features_line() {
  llama_log_set(say_nothing, nullptr);
  std::string features = llama_print_system_info();
  while (!features.empty() && (features.back() == ' ' || features.back() == '|')) features.pop_back();
  return "llama.cpp uses " + features;
}

}  // namespace

std::vector<std::function<std::string()>> library_versions() { return {curl_line, ggml_line, features_line}; }

}  // namespace udrl::lm
