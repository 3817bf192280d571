// Element types, sizes and views of safetensors. Not for: files.
#include "safetensors_types.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "udrl/base/error.hpp"

namespace udrl::student {
namespace {

const detail::TypeRow& row_of(DType dtype) {
  return *std::find_if(detail::types.begin(), detail::types.end(),
                       [&](const detail::TypeRow& row) { return row.dtype == dtype; });
}

}  // namespace

namespace detail {

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

std::optional<std::uint64_t> byte_count(DType dtype, std::span<const std::int64_t> shape) {
  std::uint64_t bytes = size_of(dtype);
  for (std::int64_t extent : shape) {
    if (extent < 0) return std::nullopt;
    const auto n = static_cast<std::uint64_t>(extent);
    if (n != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / n) return std::nullopt;
    bytes *= n;
  }
  return bytes;
}

}  // namespace detail

std::size_t size_of(DType dtype) { return row_of(dtype).size; }
std::string_view to_string(DType dtype) { return row_of(dtype).name; }

std::uint64_t TensorView::elements() const { return bytes.size() / size_of(dtype); }

std::span<const float> TensorView::floats() const {
  assert(dtype == DType::f32);
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) != 0)
    throw user_error("a tensor is not aligned to four bytes: " + name)
        .hint("write the file again with a current safetensors library");
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

TensorView view_f32(std::string name, std::vector<std::int64_t> shape, std::span<const float> values) {
  return {std::move(name), DType::f32, std::move(shape), std::as_bytes(values)};
}
TensorView view_i64(std::string name, std::vector<std::int64_t> shape, std::span<const std::int64_t> values) {
  return {std::move(name), DType::i64, std::move(shape), std::as_bytes(values)};
}
TensorView view_u8(std::string name, std::vector<std::int64_t> shape, std::span<const std::uint8_t> values) {
  return {std::move(name), DType::u8, std::move(shape), std::as_bytes(values)};
}

}  // namespace udrl::student
