// A document of JSON, broken in many ways: whatever reads it back has to say what is wrong, and in which file. Not for:
// text that was never JSON (shards/fuzz_test.cpp).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/record.hpp"

namespace udrl::test {

using data::Json;

/// Of a document's fields, as JSON pointers ("/model/name"). Of a list the first element alone is broken.
struct Lenient {
  std::set<std::string> optional;  ///< may be missing
  std::set<std::string> unread;    ///< may be and hold anything
};

struct BrokenJson {
  std::string how, text;
  std::string field;  ///< to be named by the error; "" where it is the whole document, or an element of a list
};

inline void break_below(const Json& whole, const Json::json_pointer& at, const Lenient& lenient,
                        std::vector<BrokenJson>& out) {
  const Json& value = whole.at(at);
  if (!value.is_structured()) return;
  for (const auto& item : value.items()) {
    const Json::json_pointer child = value.is_array() ? at / std::size_t{0} : at / item.key();
    const std::string place = child.to_string(), field = value.is_array() ? "" : item.key();
    if (lenient.unread.contains(place)) continue;
    Json other = whole, without = whole;
    other[child] = whole.at(child).is_string() ? Json(7) : Json("odd");
    out.push_back({place + " of another type", other.dump(), field});
    if (!field.empty() && !lenient.optional.contains(place)) {
      without[at].erase(field);
      out.push_back({"without " + place, without.dump(), field});
    }
    break_below(whole, child, lenient, out);
    if (value.is_array()) return;
  }
}

inline std::vector<BrokenJson> all_broken(const Json& whole, const Lenient& lenient) {
  const std::string text = whole.dump();
  std::vector<BrokenJson> out = {{"cut in the middle", text.substr(0, text.size() / 2), ""},
                                 {"cut at its end", text.substr(0, text.size() - 1), ""},
                                 {"empty", "", ""},
                                 {"a list", "[]", ""},
                                 {"null", "null", ""},
                                 {"an object of nothing", "{}", ""}};
  break_below(whole, Json::json_pointer(), lenient, out);
  return out;
}

/// What an `Error` (user) says that `read` throws; "" where it throws none.
template <class Read>
std::string refusal(const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    CHECK(error.exit_code() == 2);
    return error.what();
  }
  return "";
}

/// `put` writes the text of the document; `told` reads it and returns what the user is told of it: nothing of the whole
/// one; of each broken one `place`, the field and a cure. No exception may leave it.
template <class Put, class Told>
void check_broken_is_told(const Json& whole, const std::string& place, const Put& put, const Told& told,
                          const Lenient& lenient = {}) {
  put(whole.dump());
  CHECK(told() == "");
  for (const BrokenJson& broken : all_broken(whole, lenient)) {
    INFO(broken.how << ": " << broken.text);
    put(broken.text);
    std::string said;
    REQUIRE_NOTHROW(said = told());
    CHECK(said.starts_with(place));
    CHECK(said.find(broken.field) != std::string::npos);
    CHECK(said.find("hint:") != std::string::npos);
  }
}

}  // namespace udrl::test
