// What the data room's tests share: a temporary folder, files in it, an example record, errors as values.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "base/errors/expect_error.hpp"
#include "base/files/temp_folder.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/record.hpp"

namespace udrl::data::testing {

namespace fs = std::filesystem;

using test::contains;
using test::TempFolder;

inline void put(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

inline std::string get(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

inline void put_gzip(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  const gzFile out = gzopen(file.c_str(), "wb");
  gzwrite(out, content.data(), static_cast<unsigned>(content.size()));
  gzclose(out);
}

/// The error that `act` throws, if it does.
template <class Act>
std::optional<Error> error_of(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

template <class Act>
std::string message_of(Act act) {
  const auto error = error_of(act);
  return error ? error->what() : "";
}

/// A record with every field set.
inline Record full_record() {
  Record record;
  record.intent = {"0123", "holiday sale", "retail", "sale", "flyer", "minimalist"};
  record.id = "4567";
  record.task = "image";
  record.answer = "A cosy \"shop\" window …";
  record.teacher = "qwen";
  record.sampling = {0.1 + 0.2, 0.95, 18446744073709551615u, {"a", "b"}};
  record.finish = "stop";
  record.draw = 3;
  record.tokens = 17;
  record.scores = {{"relevance", 0.1}, {"copying", 1.0 / 3.0}};
  record.words = 5;
  record.return_value = -1e-17;
  record.commands = {{"return", 4}, {"words", 5}};
  record.split = "train";
  record.extra = Json::parse(R"({"note": {"by": ["someone", 1, null]}})");
  return record;
}

}  // namespace udrl::data::testing
