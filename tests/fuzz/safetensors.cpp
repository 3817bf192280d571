// A safetensors file: all bytes that its header gives to tensors are read, and another model's tensors are missed.
#include "udrl/student/safetensors.hpp"

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace udrl;
  static fuzz::ScratchFile file("model.safetensors");
  return fuzz::expect_error_at_most([&] {
    const student::SafetensorsFile opened(file.put(fuzz::text_of(data, size)));
    std::size_t read = opened.metadata().size();
    if (!opened.contains("b")) fuzz::expect_error_at_most([&] { read += opened.at("b").bytes.size(); });
    for (const student::TensorView& tensor : opened.tensors()) {
      fuzz::require(tensor.bytes.size() == tensor.elements() * student::size_of(tensor.dtype));
      for (const std::byte byte : tensor.bytes) read += static_cast<std::size_t>(byte);
      (void)opened.at(tensor.name, tensor.dtype, tensor.shape);
      fuzz::expect_error_at_most([&] { (void)opened.at(tensor.name, student::DType::u8, {}); });
      if (tensor.dtype == student::DType::f32) fuzz::expect_error_at_most([&] { read += tensor.floats().size(); });
    }
    static volatile std::size_t kept;
    kept = read;
  });
}
