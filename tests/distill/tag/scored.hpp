// What the tests of the tag stage share: scored records, options that tag them, and the splits read back.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "distill/support.hpp"
#include "udrl/data/record.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/distill/tag_options.hpp"

namespace udrl::distill::testing {

/// Scored records of `subjects` subjects in three groups, one intent each.
inline std::vector<data::Record> scored(int subjects, int draws, const std::string& task = "image") {
  std::vector<data::Record> records;
  for (int s = 0; s < subjects; ++s) {
    for (int d = 0; d < draws; ++d) {
      const std::string name = "subject " + std::to_string(s);
      data::Record record = sample(name + " poster", task, d, "picture " + std::to_string(d) + " of " + name);
      record.intent.subject = name;
      record.intent.group = "group " + std::to_string(s % 3);
      record.words = 4 + (s * 7 + d) % 20;
      record.scores = {
          {"relevance", 0.1 * d + 0.01 * s}, {"relevance_masked", 0.3 + 0.02 * ((s + d) % 5)}, {"copying", 0.5}};
      records.push_back(record);
    }
  }
  return records;
}

inline TagOptions options_for(const TempFolder& folder, const std::string& out = "out") {
  TagOptions options;
  options.pool.input = {(folder / "in").string()};
  options.out = folder / out;
  options.pool.split = {5, 0.2, 0.1, 0, 0, 0, 0};
  options.pool.near.drop_samples = options.pool.near.drop_held_out = false;  // the texts of these tests are all alike
  return options;
}

inline std::vector<data::Record> read_split(const fs::path& out, const std::string& split) {
  return fs::exists(out / split) ? data::read_records(out / split) : std::vector<data::Record>{};
}

inline std::vector<data::Record> read_all(const fs::path& out) {
  std::vector<data::Record> all;
  for (const char* split : {"train", "valid", "test"}) {
    for (data::Record& record : read_split(out, split)) all.push_back(std::move(record));
  }
  return all;
}

}  // namespace udrl::distill::testing
