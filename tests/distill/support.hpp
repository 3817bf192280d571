// What the stages' tests share: a temporary folder, samples, a context that keeps quiet.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/errors/expect_error.hpp"
#include "base/files/temp_folder.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/record.hpp"
#include "udrl/data/shards.hpp"

namespace udrl::distill::testing {

namespace fs = std::filesystem;

using test::contains;
using test::TempFolder;

/// Takes back a stop request at the end of a test.
struct NoStop {
  NoStop() { request_stop(false); }
  ~NoStop() { request_stop(false); }
};

inline RunContext quiet_context(const std::string& config = "{}") {
  static Observer observer;
  return {observer, "test", "test", config, config};
}

inline data::Record sample(const std::string& intent, const std::string& task, int draw, const std::string& answer) {
  data::Record record;
  record.intent = {content_id({intent}), intent, "group", intent, "", ""};
  record.task = task;
  record.answer = answer;
  record.teacher = "teacher";
  record.finish = "stop";
  record.draw = draw;
  record.tokens = 9;
  record.sampling.temperature = 0.8;
  record.id = content_id({intent, task, record.teacher, std::to_string(draw)});
  return record;
}

inline void write_records(const fs::path& folder, const std::vector<data::Record>& records) {
  data::ShardWriter writer(folder);
  for (const data::Record& record : records) writer.append(data::to_json(record));
  writer.close();
}

/// Relative name → content of every file below `folder` (but those that `leave_out` names).
inline std::map<std::string, std::string> contents(const fs::path& folder, const std::string& leave_out = "") {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    if (entry.is_regular_file() && name != leave_out) files[name] = read_file(entry.path());
  }
  return files;
}

template <class Act>
std::string refusal(Act act, ErrorKind kind = ErrorKind::user) {
  try {
    act();
  } catch (const Error& error) {
    return error.kind() == kind ? error.what() : "another kind of error: " + std::string(error.what());
  }
  return "";
}

}  // namespace udrl::distill::testing
