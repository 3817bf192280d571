// Copies to and from the processor's memory.
#include "tensor_files.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cstring>
#include <span>
#include <string>

namespace udrl::train {
namespace {

student::TensorView view_of(const std::string& name, const at::Tensor& cpu) {
  const std::span<const float> values(cpu.data_ptr<float>(), static_cast<std::size_t>(cpu.numel()));
  return student::view_f32(name, cpu.sizes().vec(), values);
}

}  // namespace

at::Tensor on_cpu(const at::Tensor& value) { return value.detach().to(at::kCPU).to(at::kFloat).contiguous(); }

void write_tensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors,
                   const student::Metadata& metadata) {
  std::vector<at::Tensor> copies;
  std::vector<student::TensorView> views;
  copies.reserve(tensors.size());
  for (const NamedTensor& tensor : tensors) {
    copies.push_back(on_cpu(tensor.value));
    views.push_back(view_of(tensor.name, copies.back()));
  }
  student::write_safetensors(file, views, metadata);
}

void read_tensors(const student::SafetensorsFile& file, const std::vector<NamedTensor>& into) {
  const c10::NoGradGuard no_grad;
  for (const NamedTensor& target : into) {
    const auto& view = file.at(target.name, student::DType::f32, target.value.sizes().vec());
    const at::Tensor cpu = at::empty(target.value.sizes(), at::kFloat);
    std::memcpy(cpu.data_ptr<float>(), view.bytes.data(), view.bytes.size());
    at::Tensor(target.value).copy_(cpu);
  }
}

}  // namespace udrl::train
