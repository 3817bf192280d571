// ideas.safetensors: reading and writing it.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "udrl/base/error.hpp"
#include "udrl/base/split_lines.hpp"
#include "udrl/student/ideas.hpp"
#include "udrl/student/safetensors.hpp"

namespace udrl::student {
namespace {

namespace fs = std::filesystem;

constexpr const char* format = "udrl ideas 1";
constexpr std::int64_t most_dimensions = 1024;
constexpr float most_said = 1e12F;
constexpr int zero_point = 128;  // of numbers with 8 bits; safetensors has unsigned ones
constexpr const char* hint = "make the table again: udrl-distill ideas";

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// Rows of 8-bit numbers, each with a scale of its own.
struct Rows {
  std::vector<std::uint8_t> values;
  std::vector<float> scales;
};

Rows quantised(std::span<const float> vectors, std::size_t width) {
  Rows rows;
  for (std::size_t begin = 0; begin < vectors.size(); begin += width) {
    const auto row = vectors.subspan(begin, width);
    float largest = 0;
    for (const float value : row) largest = std::max(largest, std::abs(value));
    const float scale = largest / 127;
    rows.scales.push_back(scale);
    for (const float value : row)
      rows.values.push_back(static_cast<std::uint8_t>(zero_point + (scale > 0 ? std::lround(value / scale) : 0)));
  }
  return rows;
}

Error damaged(const fs::path& file, const std::string& what) {
  return user_error("a table of ideas that cannot be used: " + what).at(file.string()).hint(hint);
}

const std::string& field(const SafetensorsFile& open, const fs::path& file, const std::string& name) {
  const auto at = open.metadata().find(name);
  if (at == open.metadata().end()) throw damaged(file, "it has no '" + name + "'");
  return at->second;
}

/// Of 0 to `high`.
std::vector<float> checked_floats(const TensorView& view, const fs::path& file, float high) {
  const std::span<const float> values = view.floats();
  const auto is_bad = [&](float value) { return !(value >= 0 && value <= high); };
  if (std::any_of(values.begin(), values.end(), is_bad)) throw damaged(file, "a number of " + view.name + " is none");
  return {values.begin(), values.end()};
}

std::vector<float> log_shares(std::span<const float> counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<float> shares;
  for (const float count : counts)
    shares.push_back(count > 0 ? static_cast<float>(std::log(count / total)) : -std::numeric_limits<float>::infinity());
  return shares;
}

}  // namespace

void write_ideas(const fs::path& file, const IdeaWords& words) {
  const auto rows = static_cast<std::int64_t>(words.words.size());
  const Rows vectors = quantised(words.vectors, static_cast<std::size_t>(words.dimensions));
  std::vector<float> said;
  for (const auto& row : words.said) said.insert(said.end(), row.begin(), row.end());
  const std::array tensors{view_u8("vectors", {rows, words.dimensions}, vectors.values),
                           view_f32("scales", {rows}, vectors.scales), view_f32("rarity", {rows}, words.rarity),
                           view_f32("said", {static_cast<std::int64_t>(words.tasks.size()), rows}, said)};
  write_safetensors(file, tensors,
                    {{"format", format},
                     {"words", joined(words.words)},
                     {"tasks", joined(words.tasks)},
                     {"embedder", words.embedder}});
}

Ideas Ideas::load(const fs::path& file) {
  const SafetensorsFile open(file);
  if (const auto at = open.metadata().find("format"); at == open.metadata().end() || at->second != format)
    throw user_error("this is no table of ideas").at(file.string()).expected(format).hint(hint);
  Ideas ideas;
  ideas.words_ = split_lines(field(open, file, "words"));
  ideas.tasks_ = split_lines(field(open, file, "tasks"));
  ideas.embedder_ = field(open, file, "embedder");
  if (std::adjacent_find(ideas.words_.begin(), ideas.words_.end(), std::greater_equal<>()) != ideas.words_.end())
    throw damaged(file, "its words are not in order");
  if (ideas.words_.empty()) throw damaged(file, "it has no words");
  const TensorView& vectors = open.at("vectors");
  const auto rows = static_cast<std::int64_t>(ideas.words_.size());
  if (vectors.dtype != DType::u8 || vectors.shape.size() != 2 || vectors.shape[0] != rows || vectors.shape[1] < 1 ||
      vectors.shape[1] > most_dimensions)
    throw damaged(file, "its vectors are not one a word");
  ideas.dimensions_ = static_cast<int>(vectors.shape[1]);
  ideas.vectors_.resize(vectors.bytes.size());
  std::transform(vectors.bytes.begin(), vectors.bytes.end(), ideas.vectors_.begin(),
                 [](std::byte value) { return static_cast<std::int8_t>(std::to_integer<int>(value) - zero_point); });
  ideas.scales_ = checked_floats(open.at("scales", DType::f32, std::array{rows}), file, 1);
  ideas.rarity_ = checked_floats(open.at("rarity", DType::f32, std::array{rows}), file, 1);
  const auto tasks = static_cast<std::int64_t>(ideas.tasks_.size());
  const std::vector<float> said = checked_floats(open.at("said", DType::f32, std::array{tasks, rows}), file, most_said);
  for (std::size_t task = 0; task < ideas.tasks_.size(); ++task)
    ideas.log_shares_.push_back(log_shares(std::span(said).subspan(task * ideas.words_.size(), ideas.words_.size())));
  return ideas;
}

}  // namespace udrl::student
