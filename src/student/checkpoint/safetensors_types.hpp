// What reading and writing safetensors share. Not for: other files of the room (safetensors.hpp).
#pragma once

#include <array>
#include <bit>
#include <optional>

#include "udrl/student/safetensors.hpp"

namespace udrl::student::detail {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

struct TypeRow {
  DType dtype;
  std::string_view name;
  std::size_t size;
};
inline constexpr std::array<TypeRow, 8> types{{{DType::f64, "F64", 8},
                                               {DType::f32, "F32", 4},
                                               {DType::f16, "F16", 2},
                                               {DType::bf16, "BF16", 2},
                                               {DType::i64, "I64", 8},
                                               {DType::i32, "I32", 4},
                                               {DType::u8, "U8", 1},
                                               {DType::boolean, "BOOL", 1}}};

/// "[2, 3]".
std::string shape_text(std::span<const std::int64_t> shape);
/// Bytes of a tensor, or nothing where the product does not fit 64 bits.
std::optional<std::uint64_t> byte_count(DType dtype, std::span<const std::int64_t> shape);

}  // namespace udrl::student::detail
