// Lines by step.
#include "step_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ostream>

#include "udrl/base/descriptor.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/lines.hpp"

namespace udrl::train {
namespace {

namespace fs = std::filesystem;

std::string dumped(const Json& line) { return data::json_line(line) + "\n"; }

/// Nothing where a line is no object: the last one of a killed run may be torn.
Json parsed(const data::Line& line) {
  data::check_json_length(line);
  Json json = data::ordered_json_or_discarded(line.text);
  return json.is_object() ? json : Json();
}

/// A line that names none is after all of them.
std::uint64_t step_of(const Json& line) {
  const auto found = line.find("step");
  return found != line.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : ~std::uint64_t{0};
}

void for_each_line(const fs::path& file, const std::function<void(const data::Line& line)>& take) {
  if (!fs::exists(file)) return;
  data::LineReader reader(file);
  for (data::Line line; reader.next(line);) take(line);
}

std::size_t count_lines(const fs::path& file) {
  std::size_t count = 0;
  for_each_line(file, [&](const data::Line&) { ++count; });
  return count;
}

}  // namespace

void for_each_step_line(const fs::path& file, std::uint64_t last_step, const std::function<void(Json line)>& take) {
  for_each_line(file, [&](const data::Line& line) {
    Json json = parsed(line);
    if (!json.is_null() && step_of(json) <= last_step) take(std::move(json));
  });
}

std::vector<Json> read_step_lines(const fs::path& file, std::uint64_t last_step) {
  std::vector<Json> lines;
  for_each_step_line(file, last_step, [&](Json line) { lines.push_back(std::move(line)); });
  return lines;
}

std::vector<Json> read_some_lines(const fs::path& file, std::size_t most, const std::string& key) {
  const std::size_t count = count_lines(file), stride = std::max<std::size_t>(1, (count + most - 1) / most);
  const std::string quoted = "\"" + key + "\"";
  std::vector<Json> lines;
  for_each_line(file, [&](const data::Line& line) {
    const bool is_due = (line.number - 1) % stride == 0 || line.number == count;
    if (!is_due && line.text.find(quoted) == std::string::npos) return;
    Json json = parsed(line);
    if (!json.is_null()) lines.push_back(std::move(json));
  });
  return lines;
}

StepLog::StepLog(const fs::path& file, std::uint64_t step) : file_(file) {
  write_file_atomic(file_, [&](std::ostream& out) {
    if (step > 0) for_each_step_line(file_, step, [&](const Json& line) { out << dumped(line); });
  });
  out_.open(file_, std::ios::app);
}

void StepLog::append(const Json& line) {
  errno = 0;
  out_ << dumped(line) << std::flush;
  if (!out_) throw file_error("cannot write the file", file_, errno);
}

void StepLog::sync() const {
  const Descriptor fd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) throw file_error("cannot write the file", file_, errno);
}

}  // namespace udrl::train
