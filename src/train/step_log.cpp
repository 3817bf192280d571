// Lines by step.
#include "step_log.hpp"

#include <cerrno>
#include <sstream>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;

std::string dumped(const Json& line) { return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string text_of(const std::vector<Json>& lines) {
  std::string text;
  for (const Json& line : lines) text += dumped(line);
  return text;
}

}  // namespace

std::vector<Json> read_step_lines(const fs::path& file, std::uint64_t last_step) {
  std::vector<Json> lines;
  if (!fs::exists(file)) return lines;
  std::istringstream in(read_file(file));
  for (std::string line; std::getline(in, line);) {
    Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);  // the last one of a killed run may be torn
    if (json.is_object() && json.value("step", ~std::uint64_t{0}) <= last_step) lines.push_back(std::move(json));
  }
  return lines;
}

StepLog::StepLog(const fs::path& file, std::uint64_t step) : file_(file) {
  write_file_atomic(file_, step > 0 ? text_of(read_step_lines(file_, step)) : std::string());
  out_.open(file_, std::ios::app);
}

void StepLog::append(const Json& line) {
  errno = 0;
  out_ << dumped(line);
  check();
}

void StepLog::flush() {
  errno = 0;
  out_.flush();
  check();
}

void StepLog::check() const {
  if (!out_) throw file_error("cannot write the file", file_, errno);
}

}  // namespace udrl::train
