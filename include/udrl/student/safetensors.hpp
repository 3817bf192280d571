// Reads and writes safetensors files: an 8-byte length, a JSON header, the raw bytes of the tensors, nothing that
// executes. Not for: what the tensors mean (config.hpp), and no torch: tensors are names, shapes and bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace udrl::student {

enum class DType { f64, f32, f16, bf16, i64, i32, u8, boolean };
std::size_t size_of(DType dtype);         ///< bytes of one element
std::string_view to_string(DType dtype);  ///< as in the file: "F32", "BF16", "I64", …

/// A tensor whose bytes somebody else owns: row-major, little-endian, no gaps. An empty shape is a scalar.
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;

  std::uint64_t elements() const;
  /// The elements as floats; only for f32 (assert). Throws `Error` (user) where the file does not align them to 4
  /// bytes.
  std::span<const float> floats() const;
};

/// A view of values that are already in memory.
TensorView view_f32(std::string name, std::vector<std::int64_t> shape, std::span<const float> values);
TensorView view_i64(std::string name, std::vector<std::int64_t> shape, std::span<const std::int64_t> values);
TensorView view_u8(std::string name, std::vector<std::int64_t> shape, std::span<const std::uint8_t> values);

using Metadata = std::map<std::string, std::string>;

/// Writes the file whole or not at all. The bytes depend on the content alone, not on the order of `tensors`: sorted by
/// element size, largest first, then by name, so every tensor is aligned to its element. Throws `Error` where a name
/// comes twice or a shape does not fit its bytes (a bug of the caller's), or the disk is full.
void write_safetensors(const std::filesystem::path& file, std::span<const TensorView> tensors,
                       const Metadata& metadata = {});

/// An open file, memory-mapped: views stay valid as long as this object lives. The header is checked whole when it is
/// opened: truncated, overlapping or missing bytes, unknown types, duplicate names throw `Error` (user) that names the
/// file.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& file);
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;

  /// In the order of their bytes in the file.
  const std::vector<TensorView>& tensors() const;
  const Metadata& metadata() const;
  bool contains(std::string_view name) const;
  /// Throws `Error` (user) that names the file.
  const TensorView& at(std::string_view name) const;
  /// The same, and checks type and shape.
  const TensorView& at(std::string_view name, DType dtype, std::span<const std::int64_t> shape) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::student
