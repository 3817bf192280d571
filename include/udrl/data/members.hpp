// What a JSON object says under a name, where it may say anything: logs that somebody edited or a disk damaged, files
// and replies of other programs. Not for: what a stage wrote for another, where a wrong field is an error (fields.hpp).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace udrl::data {

/// Null where it is no object, or has nothing of that name.
template <class Json>
const Json* member_of(const Json& object, const std::string& name) {
  const auto found = object.find(name);  // of what is no object its end
  return found == object.end() ? nullptr : &*found;
}

/// "" for all that is no text.
template <class Json>
std::string text_in(const Json& object, const std::string& name) {
  const Json* value = member_of(object, name);
  return value != nullptr && value->is_string() ? value->template get<std::string>() : std::string();
}

/// 0 for all that is no number.
template <class Json>
double number_in(const Json& object, const std::string& name) {
  const Json* value = member_of(object, name);
  return value != nullptr && value->is_number() ? value->template get<double>() : 0;
}

/// 0 for all that is no whole number from 0 on.
template <class Json>
std::uint64_t natural_in(const Json& object, const std::string& name) {
  const Json* value = member_of(object, name);
  if (value == nullptr || !value->is_number_integer()) return 0;
  return value->is_number_unsigned() || value->template get<std::int64_t>() > 0 ? value->template get<std::uint64_t>()
                                                                                : 0;
}

}  // namespace udrl::data
