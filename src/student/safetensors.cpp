// The safetensors format: the header's JSON, its strict checks, writing in a fixed order, reading through a memory map.
// Not for: the meaning of tensors.
#include "udrl/student/safetensors.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <limits>
#include <ostream>
#include <set>

#include <nlohmann/json.hpp>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::student {
namespace {

using Json = nlohmann::ordered_json;
static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr std::uint64_t max_header = 100'000'000;  // the reference implementation's limit
constexpr std::uint64_t alignment = 8;
const char* const copy_again = "the file is damaged or incomplete: copy it again, or write it again";

struct TypeRow {
  DType dtype;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<TypeRow, 8> types{{{DType::f64, "F64", 8},
                                        {DType::f32, "F32", 4},
                                        {DType::f16, "F16", 2},
                                        {DType::bf16, "BF16", 2},
                                        {DType::i64, "I64", 8},
                                        {DType::i32, "I32", 4},
                                        {DType::u8, "U8", 1},
                                        {DType::boolean, "BOOL", 1}}};

const TypeRow& row_of(DType dtype) {
  return *std::find_if(types.begin(), types.end(), [&](const TypeRow& row) { return row.dtype == dtype; });
}

Error damaged(const std::string& what) { return user_error("not a valid safetensors file: " + what).hint(copy_again); }

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

// Bytes of a tensor, or nothing where the product does not fit 64 bits.
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
      throw failure("a tensor cannot be written: its shape does not fit its bytes").at(tensor->name)
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
    header[tensor->name] = {{"dtype", to_string(tensor->dtype)}, {"shape", tensor->shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((alignment - text.size() % alignment) % alignment, ' ');
  return text;
}

DType parse_dtype(const Json& entry, const std::string& name) {
  const Json field = entry.value("dtype", Json());
  const std::string text = field.is_string() ? field.get<std::string>() : field.dump();
  for (const TypeRow& row : types)
    if (row.name == text) return row.dtype;
  throw user_error("a tensor has a type that udrl does not know: " + name).expected("F64, F32, F16, BF16, I64, I32, U8 or BOOL")
      .got(text).hint("save the model in float32");
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
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
    throw damaged("no data_offsets of " + name);
  return {offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
}

TensorView parse_tensor(const std::string& name, const Json& entry, std::span<const std::byte> data) {
  if (!entry.is_object()) throw damaged("the entry of " + name + " is not an object");
  TensorView tensor{name, parse_dtype(entry, name), parse_shape(entry, name), {}};
  const auto [begin, end] = parse_offsets(entry, name);
  if (begin > end || end > data.size())
    throw damaged("it is truncated: " + name + " lies beyond its end").expected(std::to_string(end) + " bytes of data")
        .got(std::to_string(data.size()));
  if (byte_count(tensor.dtype, tensor.shape) != end - begin)
    throw damaged("the shape of " + name + " does not fit its bytes").expected(shape_text(tensor.shape))
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

// The parser of nlohmann keeps the last of two equal keys: they are counted while it parses.
Json parse_header(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  std::string twice;
  auto on_event = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      twice = parsed.get<std::string>();
    return true;
  };
  Json header = Json::parse(text, on_event, /*allow_exceptions=*/false);
  if (!header.is_object()) throw damaged("its header is not a JSON object");
  if (!twice.empty()) throw damaged("a name comes twice: " + twice);
  return header;
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

// A read-only memory map that is closed when it goes.
class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(file, errno);
    struct stat status {};
    const bool regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    size_ = regular ? static_cast<std::size_t>(status.st_size) : 0;
    if (size_ > 0) address_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    const int problem = errno;
    ::close(fd);
    if (!regular) fail(file, EINVAL);
    if (address_ == MAP_FAILED) fail(file, problem);
  }
  ~Mapping() {
    if (address_) ::munmap(address_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(address_), size_}; }

 private:
  [[noreturn]] static void fail(const std::filesystem::path& file, int problem) {
    throw user_error("cannot open a safetensors file").at(file.string()).got(std::strerror(problem))
        .hint("check the path and its permissions");
  }
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

std::size_t size_of(DType dtype) { return row_of(dtype).size; }
std::string_view to_string(DType dtype) { return row_of(dtype).name; }

std::uint64_t TensorView::elements() const { return bytes.size() / size_of(dtype); }

std::span<const float> TensorView::floats() const {
  assert(dtype == DType::f32);
  assert(reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) == 0);
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

void write_safetensors(const std::filesystem::path& file, std::span<const TensorView> tensors, const Metadata& metadata) {
  const std::vector<const TensorView*> order = in_file_order(tensors);
  check_writable(order);
  const std::string header = header_text(order, metadata);
  write_file_atomic(file, [&](std::ostream& out) {
    const std::uint64_t length = header.size();
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out << header;
    for (const TensorView* tensor : order)
      out.write(reinterpret_cast<const char*>(tensor->bytes.data()), static_cast<std::streamsize>(tensor->bytes.size()));
  });
}

struct SafetensorsFile::Impl {
  explicit Impl(const std::filesystem::path& path) : file(path.string()), map(path) { parse(); }

  void parse() {
    const std::span<const std::byte> all = map.bytes();
    std::uint64_t length = 0;
    if (all.size() < sizeof length) throw damaged("it is truncated").got(std::to_string(all.size()) + " bytes");
    std::memcpy(&length, all.data(), sizeof length);
    if (length > max_header || length > all.size() - sizeof length)
      throw damaged("it is truncated, or not a safetensors file").expected("a header of " + std::to_string(length) + " bytes")
          .got(std::to_string(all.size()) + " bytes in all");
    read_entries({reinterpret_cast<const char*>(all.data()) + sizeof length, length}, all.subspan(sizeof length + length));
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
  Mapping map;
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
  throw user_error("a tensor is missing: " + std::string(name)).at(impl_->file)
      .got(std::to_string(impl_->tensors.size()) + " others").hint("the file is of another model");
}

const TensorView& SafetensorsFile::at(std::string_view name, DType dtype, std::span<const std::int64_t> shape) const {
  const TensorView& tensor = at(name);
  if (tensor.dtype == dtype && std::ranges::equal(tensor.shape, shape)) return tensor;
  throw user_error("a tensor has another type or shape: " + std::string(name)).at(impl_->file)
      .expected(std::string(to_string(dtype)) + " " + shape_text(shape))
      .got(std::string(to_string(tensor.dtype)) + " " + shape_text(tensor.shape))
      .hint("config.json and the weights are not of the same model");
}

}  // namespace udrl::student
