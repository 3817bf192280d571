// The mean of a model's states over several rows of its batches. Not for: which rows.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "llama.h"

namespace udrl::lm {

class MeanState {
 public:
  /// `width` 0: nobody asks for states, and there are none.
  explicit MeanState(int width) : sum_(static_cast<std::size_t>(width), 0.0F) {}

  bool is_asked() const { return !sum_.empty(); }
  void add(llama_context* context, int row) {
    if (!is_asked()) return;
    const std::span state(llama_get_embeddings_ith(context, row), sum_.size());
    for (std::size_t i = 0; i < state.size(); ++i) sum_[i] += state[i];
    ++rows_;
  }
  std::vector<float> value() const {
    std::vector<float> mean = sum_;
    for (float& one : mean) one /= static_cast<float>(std::max(1, rows_));
    return mean;
  }

 private:
  std::vector<float> sum_;
  int rows_ = 0;
};

}  // namespace udrl::lm
