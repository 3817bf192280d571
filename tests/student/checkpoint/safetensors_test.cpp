#include <cstring>
#include <fstream>

#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/random.hpp"

using namespace udrl;
using namespace udrl::student;

namespace {

const std::vector<float> values{1.5f, -2.f, 3.25f, 0.f, 5.f, 6.f};
const std::vector<std::int64_t> steps{7, -8};
const std::vector<std::uint8_t> state{1, 2, 3};

void write_small(const std::filesystem::path& file) {
  const std::vector<TensorView> tensors{view_u8("state", {3}, state), view_f32("w", {2, 3}, values),
                                        view_i64("steps", {2}, steps)};
  write_safetensors(file, tensors, {{"format", "pt"}, {"step", "12"}});
}

// A file with this header and this many bytes of data, right or wrong.
void write_raw(const std::filesystem::path& file, const std::string& header, std::size_t data) {
  const std::uint64_t length = header.size();
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(&length), sizeof length);
  out << header << std::string(data, 'x');
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("tensors come back with names, types, shapes, values and metadata") {
  const tiny::Folder folder;
  write_small(folder / "a.safetensors");
  const SafetensorsFile file(folder / "a.safetensors");
  REQUIRE(file.tensors().size() == 3);
  CHECK(file.metadata() == Metadata{{"format", "pt"}, {"step", "12"}});
  const std::vector<std::int64_t> shape{2, 3};
  const auto floats = file.at("w", DType::f32, shape).floats();
  CHECK(std::vector<float>(floats.begin(), floats.end()) == values);
  CHECK(std::memcmp(file.at("steps").bytes.data(), steps.data(), 16) == 0);
  CHECK(file.at("state").dtype == DType::u8);
  CHECK_FALSE(file.contains("other"));
}

TEST_CASE("the bytes do not depend on the order of the tensors") {
  const tiny::Folder folder;
  write_small(folder / "a");
  const std::vector<TensorView> tensors{view_i64("steps", {2}, steps), view_u8("state", {3}, state),
                                        view_f32("w", {2, 3}, values)};
  write_safetensors(folder / "b", tensors, {{"step", "12"}, {"format", "pt"}});
  CHECK(read_file(folder / "a") == read_file(folder / "b"));
}

TEST_CASE("the header is padded to eight bytes") {
  const tiny::Folder folder;
  write_small(folder / "a");
  std::uint64_t length = 0;
  std::memcpy(&length, read_file(folder / "a").data(), 8);
  CHECK(length % 8 == 0);
}

TEST_CASE("empty tensors and scalars are kept") {
  const tiny::Folder folder;
  const std::vector<float> one{4.f};
  const std::vector<TensorView> tensors{view_f32("none", {0, 5}, {}), view_f32("one", {}, one)};
  write_safetensors(folder / "a", tensors);
  const SafetensorsFile file(folder / "a");
  CHECK(file.at("none").elements() == 0);
  CHECK(file.at("one").shape.empty());
  CHECK(file.at("one").floats()[0] == 4.f);
}

TEST_CASE("every truncation of a file is refused and named") {
  const tiny::Folder folder;
  write_small(folder / "whole");
  const std::string whole = read_file(folder / "whole");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_bytes(folder / "cut", whole.substr(0, length));
    try {
      SafetensorsFile file(folder / "cut");
      FAIL("accepted " << length << " of " << whole.size() << " bytes");
    } catch (const Error& error) {
      if (error.where() != (folder / "cut").string()) FAIL("the error names another file");
    }
  }
}

TEST_CASE("damaged headers never do more than throw") {
  const tiny::Folder folder;
  write_small(folder / "whole");
  const std::string whole = read_file(folder / "whole");
  RandomStream random(5, "damage");
  int accepted = 0;
  for (int i = 0; i < 300; ++i) {
    std::string bytes = whole;
    for (std::uint64_t n = 1 + random.below(3); n > 0; --n)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    write_bytes(folder / "damaged", bytes);
    try {
      const SafetensorsFile file(folder / "damaged");
      for (const TensorView& tensor : file.tensors()) accepted += tensor.bytes.size() > 1'000'000;
    } catch (const Error&) {
    }
  }
  CHECK(accepted == 0);
}

TEST_CASE("a header that contradicts itself is refused") {
  const auto [header, says] = GENERATE(table<std::string, std::string>({
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
       "overlap"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "unused bytes"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "unused bytes"},
      {R"({"a":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}})", "a type that udrl does not know"},
      {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "does not fit its bytes"},
      {R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})", "does not fit its bytes"},
      {R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "not of whole numbers"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,80]}})", "truncated"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "truncated"},
      {R"({"a":{"dtype":"F32","shape":[2]}})", "no data_offsets"},
      {R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", "no shape"},
      {R"({"a":{"dtype":3,"shape":[2],"data_offsets":[0,8]}})", "type"},
      {R"({"a":7})", "not an object"},
      {R"([1])", "not a JSON object"},
      {std::string(100000, '['), "64 deep"},
      {std::string((16 << 20) + 1, ' '), "too long"},
      {R"({"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "other than text"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
       "twice"},
  }));
  const tiny::Folder folder;
  write_raw(folder / "a", header, 8);
  try {
    const SafetensorsFile file(folder / "a");
    FAIL("accepted " << header);
  } catch (const Error& error) {
    INFO(header << "\n" << error.what());
    CHECK(std::string(error.what()).find(says) != std::string::npos);
  }
}

TEST_CASE("a file that is not there, and a folder, are refused") {
  const tiny::Folder folder;
  CHECK_THROWS_AS(SafetensorsFile(folder / "nothing"), Error);
  CHECK_THROWS_AS(SafetensorsFile(folder.path()), Error);
}

TEST_CASE("a tensor that is missing or of another shape is named") {
  const tiny::Folder folder;
  write_small(folder / "a");
  const SafetensorsFile file(folder / "a");
  const std::vector<std::int64_t> other{3, 2};
  CHECK_THROWS_AS(file.at("v"), Error);
  CHECK_THROWS_AS(file.at("w", DType::f32, other), Error);
  CHECK_THROWS_AS(file.at("w", DType::bf16, file.at("w").shape), Error);
}

TEST_CASE("tensors that contradict themselves are not written") {
  const tiny::Folder folder;
  const std::vector<TensorView> twice{view_f32("w", {6}, values), view_f32("w", {6}, values)};
  const std::vector<TensorView> misfit{view_f32("w", {5}, values)};
  CHECK_THROWS_AS(write_safetensors(folder / "a", twice), Error);
  CHECK_THROWS_AS(write_safetensors(folder / "a", misfit), Error);
  CHECK_FALSE(std::filesystem::exists(folder / "a"));
}
