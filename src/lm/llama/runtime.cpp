// llama.cpp started once, and its log. Not for: models (model.cpp).
#include "runtime.hpp"

#include <deque>
#include <mutex>

#include "processor_check.hpp"

namespace udrl::lm {
namespace {

constexpr std::size_t kept_lines = 6;

/// The last error lines. llama.cpp logs from any thread.
struct ErrorLog {
  std::mutex mutex;
  std::deque<std::string> lines;
  bool in_error = false;  ///< a continuation belongs to an error line
};

ErrorLog& error_log() {
  static ErrorLog log;
  return log;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

void keep_errors(ggml_log_level level, const char* text, void*) {
  ErrorLog& log = error_log();
  const std::lock_guard lock(log.mutex);
  if (level == GGML_LOG_LEVEL_CONT) {
    if (log.in_error && !log.lines.empty()) log.lines.back() += text;
    return;
  }
  log.in_error = level == GGML_LOG_LEVEL_ERROR;
  if (!log.in_error) return;
  log.lines.emplace_back(text);
  if (log.lines.size() > kept_lines) log.lines.pop_front();
}

}  // namespace

void start_llama() {
  static const bool started = [] {
    check_processor();
    llama_log_set(keep_errors, nullptr);
    llama_backend_init();
    return true;
  }();
  (void)started;
}

std::string take_llama_errors() {
  ErrorLog& log = error_log();
  const std::lock_guard lock(log.mutex);
  std::string joined;
  for (const std::string& line : log.lines) {
    if (!joined.empty()) joined += "; ";
    joined += trimmed(line);
  }
  log.lines.clear();
  return joined;
}

Error llama_failure(const std::string& what) {
  Error error = failure(what);
  if (const std::string log = take_llama_errors(); !log.empty()) error.got(log);
  return error;
}

}  // namespace udrl::lm
