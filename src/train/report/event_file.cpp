// TFRecord frames around protobuf messages of tensorflow/core/util/event.proto, of which four fields are used: too few
// for a library of a hundred times this code.
#include "event_file.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <ostream>

#include "metrics.hpp"
#include "udrl/base/files.hpp"

namespace udrl::train {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

template <class T>
std::string bytes_of(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}

/// As TFRecord stores them, so that a checksum of checksums is none of zeros.
std::uint32_t masked_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U; }

std::string record(const std::string& message) {
  const std::string length = bytes_of(static_cast<std::uint64_t>(message.size()));
  return length + bytes_of(masked_crc(length)) + message + bytes_of(masked_crc(message));
}

// ---- protobuf ----
enum WireType : std::uint64_t { varint_type = 0, fixed64_type = 1, bytes_type = 2, fixed32_type = 5 };

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>((value & 0x7FU) | 0x80U);
  return out + static_cast<char>(value);
}

std::string tag(std::uint64_t field, WireType type) { return varint(field << 3U | type); }
std::string text_field(std::uint64_t field, const std::string& text) {
  return tag(field, bytes_type) + varint(text.size()) + text;
}

std::string first_event(double wall_time) {
  return tag(1, fixed64_type) + bytes_of(wall_time) + text_field(3, "brain.Event:2");
}

std::string scalar(const std::string& name, double value) {
  return text_field(1, text_field(1, name) + tag(2, fixed32_type) + bytes_of(static_cast<float>(value)));
}

std::string scalars(const Json& values, const std::string& prefix) {
  std::string out;
  for (const auto& [name, value] : values.items()) {
    if (value.is_object()) out += scalars(value, prefix + name + "/");
    else if (value.is_number() && name != "step" && name != "seconds")
      out += scalar(prefix + name, value.get<double>());
  }
  return out;
}

std::string event(const Json& line, double started) {
  return tag(1, fixed64_type) + bytes_of(started + number_in(line, "seconds")) + tag(2, varint_type) +
         varint(natural_in(line, "step")) + text_field(5, scalars(line, ""));
}

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto table = crc_table();
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (crc >> 8U);
  return ~crc;
}

EventFile::EventFile(const std::filesystem::path& folder, const std::filesystem::path& metrics, std::uint64_t step)
    : file_(folder / event_file), started_(now() - seconds_before(metrics, step)) {
  make_folder(folder);
  write_file_atomic(file_, [&](std::ostream& out) {
    out << record(first_event(started_));
    if (step > 0) for_each_step_line(metrics, step, [&](const Json& line) { out << record(event(line, started_)); });
  });
  out_.open(file_, std::ios::app | std::ios::binary);
}

void EventFile::append(const Json& line) {
  errno = 0;
  out_ << record(event(line, started_)) << std::flush;
  if (!out_) throw file_error("cannot write the file", file_, errno);
}

}  // namespace udrl::train
