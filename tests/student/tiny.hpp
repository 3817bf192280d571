// A student small enough to make anew in every test: random weights, a tokenizer trained on generated texts, commands.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "udrl/student/checkpoint.hpp"

namespace tiny {

/// A folder of its own under the system's temporary one, removed when the object goes.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Texts of a few hundred different words, each with its leading space.
std::vector<std::string> texts();
/// Trained once on texts(), 700 pieces.
const udrl::student::Tokenizer& tokenizer();
/// 300 normalised strings: plain, Unicode, emoji, typed control spellings, byte spellings, odd spaces.
std::vector<std::string> strings();
/// Two tasks, image and template, five bins, support around 18 and 9 words.
udrl::command::Fitted commands();
/// The same with returns that can be asked for beside the return.
udrl::command::Fitted with_auxiliary(const std::vector<std::string>& names);

/// Random weights of a config, as tensors.
class Weights {
 public:
  explicit Weights(const udrl::student::StudentConfig& config, double scale = 0.2);
  std::vector<udrl::student::TensorView> views() const;
  const std::vector<float>& at(const std::string& name) const;
  std::vector<float>& at(const std::string& name);

 private:
  std::vector<udrl::student::TensorSpec> specs_;
  std::vector<std::vector<float>> values_;
};

/// Two layers, two heads, width 32, the tokenizer's vocabulary, 64 positions.
udrl::student::StudentConfig config();
udrl::student::ModelCard card();
void write(const std::filesystem::path& folder, const udrl::student::StudentConfig& config, const Weights& weights,
           const udrl::command::Fitted& asked = commands());

}  // namespace tiny
