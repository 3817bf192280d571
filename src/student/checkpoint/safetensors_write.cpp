// Writing safetensors in a fixed order. Not for: reading (safetensors_read.cpp).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "safetensors_types.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::student {
namespace {

using Json = nlohmann::ordered_json;
using detail::byte_count;
using detail::shape_text;

constexpr std::uint64_t alignment = 8;

std::vector<const TensorView*> in_file_order(std::span<const TensorView> tensors) {
  std::vector<const TensorView*> order;
  for (const TensorView& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const TensorView* a, const TensorView* b) {
    const std::size_t size_a = size_of(a->dtype), size_b = size_of(b->dtype);
    return size_a != size_b ? size_a > size_b : a->name < b->name;
  });
  return order;
}

void check_writable(const std::vector<const TensorView*>& order) {
  std::set<std::string_view> names;
  for (const TensorView* tensor : order) {
    if (!names.insert(tensor->name).second || tensor->name == "__metadata__")
      throw failure("a tensor cannot be written: its name is taken").got(tensor->name);
    if (byte_count(tensor->dtype, tensor->shape) != tensor->bytes.size())
      throw failure("a tensor cannot be written: its shape does not fit its bytes")
          .at(tensor->name)
          .expected(shape_text(tensor->shape) + " of " + std::string(to_string(tensor->dtype)))
          .got(std::to_string(tensor->bytes.size()) + " bytes");
  }
}

std::string header_text(const std::vector<const TensorView*>& order, const Metadata& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorView* tensor : order) {
    const std::uint64_t end = offset + tensor->bytes.size();
    header[tensor->name] = {
        {"dtype", to_string(tensor->dtype)}, {"shape", tensor->shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = data::json_line(header);
  text.append((alignment - text.size() % alignment) % alignment, ' ');
  return text;
}

}  // namespace

void write_safetensors(const std::filesystem::path& file, std::span<const TensorView> tensors,
                       const Metadata& metadata) {
  const std::vector<const TensorView*> order = in_file_order(tensors);
  check_writable(order);
  const std::string header = header_text(order, metadata);
  write_file_atomic(file, [&](std::ostream& out) {
    const std::uint64_t length = header.size();
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out << header;
    for (const TensorView* tensor : order)
      out.write(reinterpret_cast<const char*>(tensor->bytes.data()),
                static_cast<std::streamsize>(tensor->bytes.size()));
  });
}

}  // namespace udrl::student
