// A student's own answers with returns, for tests of train: some draws a request, the better the less they say.
#pragma once

#include <string>
#include <vector>

#include "train/helpers.hpp"

namespace udrl::train::testing {

inline constexpr int draws_a_request = 4;

inline std::vector<data::Record> judged_records(int requests) {
  std::vector<data::Record> records;
  for (int i = 0; i < requests; ++i) {
    for (int draw = 0; draw < draws_a_request; ++draw) {
      data::Record one = record(i, "train");
      one.intent.intent = nouns()[static_cast<std::size_t>(i) % nouns().size()] + " poster " + std::to_string(i);
      one.intent.intent_id = content_id({one.intent.intent});
      one.answer = "A warm photo";
      for (int word = 0; word < draw; ++word) one.answer += " of the bakery";
      one.id = content_id({one.intent.intent, one.task, std::to_string(draw)});
      one.return_value = -draw;
      one.extra["asked"] = {{"return", 4}, {"words", 8}};
      records.push_back(one);
    }
  }
  return records;
}

/// tagged/ of them.
inline void write_judged(const fs::path& folder, const std::vector<data::Record>& records) {
  data::ShardWriter writer(folder / "train");
  for (const data::Record& one : records) writer.append(data::to_json(one));
  writer.close();
}

}  // namespace udrl::train::testing
