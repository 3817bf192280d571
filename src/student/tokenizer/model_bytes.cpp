// A walk over protobuf's wire format, two messages deep. The header that sentencepiece generates is not installed.
#include "model_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace udrl::student {
namespace {

// Of ModelProto, and of its NormalizerSpec.
constexpr std::uint64_t normalizer_spec = 3, denormalizer_spec = 5, precompiled_charsmap = 2;

/// The fields of a message, one by one. It accepts no tag, length or end that protobuf reads in another way.
class MessageReader {
 public:
  explicit MessageReader(std::string_view message) : rest_(message) {}

  /// False at the end, and where the message is broken.
  bool next() {
    if (rest_.empty()) return false;
    const std::uint64_t tag = varint();
    number_ = tag >> 3;
    if (number_ == 0 || tag > std::numeric_limits<std::uint32_t>::max()) broken_ = true;
    bytes_ = {};
    switch (tag & 7) {
      case 0: varint(); break;
      case 1: take(8); break;
      case 2: bytes_ = take(varint()); break;
      case 5: take(4); break;
      default: broken_ = true;  // groups, which no model has
    }
    return !broken_;
  }
  std::uint64_t number() const { return number_; }
  /// Of a text or a message; of numbers none.
  std::string_view bytes() const { return bytes_; }
  bool broken() const { return broken_; }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      broken_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = take(1);
      if (byte.empty()) return 0;
      value |= static_cast<std::uint64_t>(byte[0] & 0x7F) << shift;
      if ((byte[0] & 0x80) == 0) return value;
    }
    broken_ = true;
    return 0;
  }

  std::string_view rest_, bytes_;
  std::uint64_t number_ = 0;
  bool broken_ = false;
};

ModelBytes kind_of_spec(std::string_view spec) {
  MessageReader fields(spec);
  while (fields.next())
    if (fields.number() == precompiled_charsmap && !fields.bytes().empty()) return ModelBytes::with_table;
  return fields.broken() ? ModelBytes::broken : ModelBytes::plain;
}

}  // namespace

/// Each spec that stands there counts: protobuf joins those that stand twice.
ModelBytes kind_of(std::string_view model) {
  MessageReader fields(model);
  ModelBytes kind = ModelBytes::plain;
  while (fields.next() && kind == ModelBytes::plain)
    if (fields.number() == normalizer_spec || fields.number() == denormalizer_spec) kind = kind_of_spec(fields.bytes());
  return fields.broken() ? ModelBytes::broken : kind;
}

}  // namespace udrl::student
