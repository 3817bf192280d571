#include "report/event_file.hpp"

#include <bit>
#include <cstring>
#include <map>

#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using test::TempFolder;
using namespace udrl::train;

namespace {

template <class T>
T value_at(const std::string& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::uint32_t masked(const std::string& bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U; }

/// The messages of a file, each with its checksums.
std::vector<std::string> messages(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto length = value_at<std::uint64_t>(bytes, at);
    CHECK(value_at<std::uint32_t>(bytes, at + 8) == masked(bytes.substr(at, 8)));
    out.push_back(bytes.substr(at + 12, length));
    CHECK(value_at<std::uint32_t>(bytes, at + 12 + length) == masked(out.back()));
    at += 16 + length;
  }
  return out;
}

std::uint64_t varint(const std::string& bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.at(at++));
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
}

struct Event {
  double wall_time = 0;
  std::uint64_t step = 0;
  std::map<std::string, float> scalars;
};

Event event_of(const std::string& message) {
  Event event;
  event.wall_time = value_at<double>(message, 1);
  std::size_t at = 9;
  if (message.at(at++) != 0x10) return event;
  event.step = varint(message, at);
  ++at;  // the summary's tag
  const std::size_t end = at + varint(message, at);
  while (at < end) {
    ++at;  // a value's
    varint(message, at);
    ++at;  // its name's
    const std::uint64_t length = varint(message, at);
    const std::string name = message.substr(at, length);
    at += length + 1;
    event.scalars[name] = value_at<float>(message, at);
    at += 4;
  }
  return event;
}

}  // namespace

TEST_CASE("the checksum is Castagnoli's") { CHECK(crc32c("123456789") == 0xE3069283U); }

TEST_CASE("each figure of a line becomes a scalar by its name") {
  const TempFolder folder;
  EventFile events(folder.path() / "board", folder.path() / "metrics.jsonl", 0);
  events.append(
      {{"step", 300}, {"seconds", 2.5}, {"loss", 4.5}, {"phase", "plain"}, {"valid_by_task", {{"image", 3.25}}}});
  const auto all = messages(folder.path() / "board" / event_file);
  REQUIRE(all.size() == 2);
  CHECK(all[0].find("brain.Event:2") != std::string::npos);
  const Event event = event_of(all[1]);
  CHECK(event.step == 300);
  CHECK(event.wall_time == Approx(event_of(all[0]).wall_time + 2.5));
  CHECK(event.scalars == std::map<std::string, float>{{"loss", 4.5F}, {"valid_by_task/image", 3.25F}});
}

TEST_CASE("a run that goes on has each step once") {
  const TempFolder folder;
  const auto metrics = folder.path() / "metrics.jsonl";
  write_file_atomic(metrics, "{\"step\": 1, \"loss\": 3}\n{\"step\": 2, \"loss\": 2}\n{\"step\": 3, \"loss\": 1}\n");
  { EventFile(folder.path(), metrics, 0).append({{"step", 1}, {"loss", 9}}); }
  EventFile events(folder.path(), metrics, 2);
  events.append({{"step", 3}, {"loss", 0.5}});
  std::vector<float> losses;
  for (const std::string& message : messages(folder.path() / event_file)) {
    const Event event = event_of(message);
    if (event.step > 0) losses.push_back(event.scalars.at("loss"));
  }
  CHECK(losses == std::vector<float>{3, 2, 0.5F});
}
