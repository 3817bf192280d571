// One line of the input as what the pool keeps of it: done in threads. Not for: what needs the other lines
// (pool.cpp).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "intents.hpp"
#include "rows.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/near_duplicates.hpp"
#include "udrl/data/record_stream.hpp"
#include "udrl/distill/tag_options.hpp"

namespace udrl::distill {

struct ReadSample {
  RecordRow row;  ///< its intent and task have no numbers yet
  std::vector<double> scores;
  data::TextKey text{};  ///< of the answer, within its task
  IntentTable::Key intent_key{};
  data::Intent intent;
  std::string task;
  data::Signature answer;  ///< zeros where it is not asked for, or the record is not kept
};
struct BadSample {
  data::SampleLines::Line line;
  Error why;
};
using ReadLine = std::variant<ReadSample, BadSample>;

class SampleReader {
 public:
  SampleReader(const TagOptions& options, const std::vector<std::string>& score_names)
      : options_(options), score_names_(score_names), hash_(options.near), sign_(looks_for_near(options)) {}
  std::vector<ReadLine> operator()(std::vector<data::SampleLines::Line> lines) const;
  data::Signature sign(const std::string& text) const { return sign_ ? hash_.signature(text) : data::Signature(); }

  static bool looks_for_near(const TagOptions& options) {
    return options.drop_near_samples || options.drop_near_held_out;
  }

 private:
  ReadSample read(data::Record record) const;
  const TagOptions& options_;
  const std::vector<std::string>& score_names_;
  data::MinHash hash_;
  bool sign_;
};

}  // namespace udrl::distill
