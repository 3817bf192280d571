// From a micro-batch to what the head reads: tensors, and the hidden states at target positions. Internal.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "data/batches.hpp"
#include "udrl/student/gpt2.hpp"

namespace udrl::train {

template <class T>
at::Tensor to_tensor(const std::vector<T>& values, at::Device device) {
  return at::from_blob(const_cast<T*>(values.data()), {static_cast<std::int64_t>(values.size())},
                       c10::CppTypeToScalarType<T>::value)
      .to(device, /*non_blocking=*/false, /*copy=*/true);
}

/// The hidden states that pass through the head, [targets, width].
inline at::Tensor learned_rows(const student::Gpt2& model, const MicroBatch& batch, student::ForwardMode mode) {
  const at::Tensor ids_BT = to_tensor(batch.ids, model.device()).view({batch.rows, batch.width});
  return model.hidden(ids_BT, mode).index_select(0, to_tensor(batch.positions, model.device()));
}

}  // namespace udrl::train
