// Enumerations by name, in flags, files and messages. An enumeration whose values count from 0 gets its names by one
// function beside it, found by argument-dependent lookup:
//
//     enum class ScheduleKind { wsd, cosine };
//     constexpr auto names_of(ScheduleKind) { return enum_names("wsd", "cosine"); }
//
// Not for: texts that are shown but never read back.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace udrl {

/// The names of values 0, 1, 2 …
template <class... Names>
constexpr std::array<std::string_view, sizeof...(Names)> enum_names(const Names&... names) {
  return {std::string_view(names)...};
}

template <class T>
concept NamedEnum = requires(T value) {
  names_of(value).size();
};

template <NamedEnum T>
std::string to_string(T value) {
  return std::string(names_of(value).at(static_cast<std::size_t>(value)));
}

/// Nothing for a name that no value has.
template <NamedEnum T>
std::optional<T> from_name(std::string_view name) {
  const auto names = names_of(T{});
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<T>(i);
  return std::nullopt;
}

template <NamedEnum T>
std::vector<std::string> all_names() {
  const auto names = names_of(T{});
  return {names.begin(), names.end()};
}

}  // namespace udrl
