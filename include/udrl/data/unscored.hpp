// Values that were asked for and could not be had (a judge that names no digit): a record names them under `unscored`.
// A value that is missing otherwise was never asked for. Not for: asking (score.cpp).
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "udrl/data/record.hpp"

namespace udrl::data {

inline std::vector<std::string> unscored(const Record& record) {
  std::vector<std::string> names;
  const auto list = record.extra.find("unscored");
  if (list == record.extra.end() || !list->is_array()) return names;
  for (const auto& name : *list)
    if (name.is_string()) names.push_back(name.get<std::string>());
  return names;
}

inline bool is_unscored(const Record& record, const std::string& value) {
  const std::vector<std::string> names = unscored(record);
  return std::find(names.begin(), names.end(), value) != names.end();
}

inline void set_unscored(Record& record, const std::string& value, bool is) {
  std::vector<std::string> names = unscored(record);
  std::erase(names, value);
  if (is) names.push_back(value);
  if (names.empty()) record.extra.erase("unscored");
  else record.extra["unscored"] = names;
}

}  // namespace udrl::data
