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
  SampleReader(const TaskChoice& tasks, const NearTextOptions& near, const std::vector<std::string>& score_names)
      : tasks_(tasks), score_names_(score_names), hash_(near.likeness), sign_(near.any()) {}
  std::vector<ReadLine> operator()(std::vector<data::SampleLines::Line> lines) const;
  data::Signature sign(const std::string& text) const { return sign_ ? hash_.signature(text) : data::Signature(); }

 private:
  ReadSample read(data::Record record) const;
  const TaskChoice& tasks_;
  const std::vector<std::string>& score_names_;
  data::MinHash hash_;
  bool sign_;
};

}  // namespace udrl::distill
