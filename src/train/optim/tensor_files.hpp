// Named tensors to safetensors files and back. Internal. Not for: which tensors a file holds (trainer.cpp).
#pragma once

#include <filesystem>
#include <vector>

#include "optimizers.hpp"
#include "udrl/student/safetensors.hpp"

namespace udrl::train {

/// A float32 copy, or the tensor itself where it is one on the processor.
at::Tensor on_cpu(const at::Tensor& value);

/// As float32; whole or not at all.
void write_tensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors,
                   const student::Metadata& metadata);
/// Into tensors that are there, on any device. Throws `Error` (user) for one that the file lacks or has in another
/// shape.
void read_tensors(const student::SafetensorsFile& file, const std::vector<NamedTensor>& into);

}  // namespace udrl::train
