// Reading safetensors: the header's JSON and its strict checks, through a memory map. Not for: the meaning of tensors.
#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "safetensors_types.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/memory_map.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::student {
namespace {

using Json = nlohmann::ordered_json;
using detail::byte_count;
using detail::shape_text;
using detail::TypeRow;
using detail::types;

/// A hundred bytes a tensor or two. The reference implementation allows 100 MB, which parsed may take forty times that.
constexpr std::uint64_t longest_header_mib = 16;
const char* const copy_again = "the file is damaged or incomplete: copy it again, or write it again";

Error damaged(const std::string& what) { return user_error("not a valid safetensors file: " + what).hint(copy_again); }

DType parse_dtype(const Json& entry, const std::string& name) {
  const Json field = entry.value("dtype", Json());
  const std::string text = field.is_string() ? field.get<std::string>() : data::json_line(field);
  for (const TypeRow& row : types)
    if (row.name == text) return row.dtype;
  throw user_error("a tensor has a type that udrl does not know: " + name)
      .expected("F64, F32, F16, BF16, I64, I32, U8 or BOOL")
      .got(text)
      .hint("save the model in float32");
}

std::vector<std::int64_t> parse_shape(const Json& entry, const std::string& name) {
  std::vector<std::int64_t> shape;
  if (!entry.contains("shape") || !entry["shape"].is_array()) throw damaged("no shape of " + name);
  for (const Json& extent : entry["shape"]) {
    if (!extent.is_number_unsigned() || extent.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
      throw damaged("the shape of " + name + " is not of whole numbers");
    shape.push_back(extent.get<std::int64_t>());
  }
  return shape;
}

std::pair<std::uint64_t, std::uint64_t> parse_offsets(const Json& entry, const std::string& name) {
  const Json offsets = entry.value("data_offsets", Json());
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    throw damaged("no data_offsets of " + name);
  return {offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
}

TensorView parse_tensor(const std::string& name, const Json& entry, std::span<const std::byte> data) {
  if (!entry.is_object()) throw damaged("the entry of " + name + " is not an object");
  TensorView tensor{name, parse_dtype(entry, name), parse_shape(entry, name), {}};
  const auto [begin, end] = parse_offsets(entry, name);
  if (begin > end || end > data.size())
    throw damaged("it is truncated: " + name + " lies beyond its end")
        .expected(std::to_string(end) + " bytes of data")
        .got(std::to_string(data.size()));
  if (byte_count(tensor.dtype, tensor.shape) != end - begin)
    throw damaged("the shape of " + name + " does not fit its bytes")
        .expected(shape_text(tensor.shape))
        .got(std::to_string(end - begin) + " bytes");
  tensor.bytes = data.subspan(begin, end - begin);
  return tensor;
}

Metadata parse_metadata(const Json& entry) {
  Metadata metadata;
  if (!entry.is_object()) throw damaged("its metadata is not an object");
  for (const auto& item : entry.items()) {
    if (!item.value().is_string()) throw damaged("its metadata holds something other than text: " + item.key());
    metadata[item.key()] = item.value().get<std::string>();
  }
  return metadata;
}

Json parse_header(std::string_view text) {
  try {
    Json header = data::parse_json(text);
    if (header.is_object()) return header;
  } catch (const Error& error) {
    throw data::completed(error, "its header", copy_again);
  }
  throw damaged("its header is not a JSON object");
}

void check_coverage(const std::vector<TensorView>& tensors, std::span<const std::byte> data) {
  const std::byte* expected = data.data();
  for (const TensorView& tensor : tensors) {
    if (tensor.bytes.data() < expected) throw damaged("two tensors overlap: " + tensor.name);
    if (tensor.bytes.data() > expected) throw damaged("there are unused bytes before " + tensor.name);
    expected = tensor.bytes.data() + tensor.bytes.size();
  }
  if (expected != data.data() + data.size()) throw damaged("there are unused bytes at its end");
}

}  // namespace

struct SafetensorsFile::Impl {
  explicit Impl(const std::filesystem::path& path) : file(path.string()), map(path) { parse(); }

  void parse() {
    const std::span<const std::byte> all = map.bytes();
    std::uint64_t length = 0;
    if (all.size() < sizeof length) throw damaged("it is truncated").got(std::to_string(all.size()) + " bytes");
    std::memcpy(&length, all.data(), sizeof length);
    if (length <= all.size() - sizeof length && length > longest_header_mib << 20U)
      throw user_error("the header of a safetensors file is too long")
          .expected("at most " + std::to_string(longest_header_mib) + " MiB")
          .got(std::to_string(length) + " bytes")
          .hint("is it the right file? a header of so many bytes would list a hundred thousand tensors");
    if (length > all.size() - sizeof length)
      throw damaged("it is truncated, or not a safetensors file")
          .expected("a header of " + std::to_string(length) + " bytes")
          .got(std::to_string(all.size()) + " bytes in all");
    read_entries({reinterpret_cast<const char*>(all.data()) + sizeof length, length},
                 all.subspan(sizeof length + length));
  }

  void read_entries(std::string_view header, std::span<const std::byte> data) {
    const Json json = parse_header(header);
    for (const auto& item : json.items()) {
      if (item.key() == "__metadata__") metadata = parse_metadata(item.value());
      else tensors.push_back(parse_tensor(item.key(), item.value(), data));
    }
    std::stable_sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
      return a.bytes.data() != b.bytes.data() ? a.bytes.data() < b.bytes.data() : a.bytes.size() < b.bytes.size();
    });
    check_coverage(tensors, data);
  }

  const TensorView* find(std::string_view name) const {
    auto same = [&](const TensorView& tensor) { return tensor.name == name; };
    const auto found = std::find_if(tensors.begin(), tensors.end(), same);
    return found == tensors.end() ? nullptr : &*found;
  }

  std::string file;
  MemoryMap map;
  std::vector<TensorView> tensors;
  Metadata metadata;
};

SafetensorsFile::SafetensorsFile(const std::filesystem::path& file) {
  try {
    impl_ = std::make_unique<Impl>(file);
  } catch (Error& error) {
    throw error.at(file.string());
  }
}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;

const std::vector<TensorView>& SafetensorsFile::tensors() const { return impl_->tensors; }
const Metadata& SafetensorsFile::metadata() const { return impl_->metadata; }
bool SafetensorsFile::contains(std::string_view name) const { return impl_->find(name) != nullptr; }

const TensorView& SafetensorsFile::at(std::string_view name) const {
  if (const TensorView* tensor = impl_->find(name)) return *tensor;
  throw user_error("a tensor is missing: " + std::string(name))
      .at(impl_->file)
      .got(std::to_string(impl_->tensors.size()) + " others")
      .hint("the file is of another model");
}

const TensorView& SafetensorsFile::at(std::string_view name, DType dtype, std::span<const std::int64_t> shape) const {
  const TensorView& tensor = at(name);
  if (tensor.dtype == dtype && std::ranges::equal(tensor.shape, shape)) return tensor;
  throw user_error("a tensor has another type or shape: " + std::string(name))
      .at(impl_->file)
      .expected(std::string(to_string(dtype)) + " " + shape_text(shape))
      .got(std::string(to_string(tensor.dtype)) + " " + shape_text(tensor.shape))
      .hint("config.json and the weights are not of the same model");
}

}  // namespace udrl::student
