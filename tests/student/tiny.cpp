#include "tiny.hpp"

#include <unistd.h>

#include <atomic>

#include "udrl/base/random.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/data/text.hpp"

namespace tiny {
namespace {

using udrl::RandomStream;
namespace student = udrl::student;

std::string invented_word(RandomStream& random) {
  static const std::vector<std::string> syllables{"ba",  "sho", "ter", "ing", "co", "li", "mar", "sun", "ka",  "er",
                                                  "pre", "st",  "ou",  "nd",  "vi", "ro", "é",   "pla", "est", "qui"};
  std::string word;
  for (std::uint64_t n = 1 + random.below(4); n > 0; --n) word += syllables[random.below(syllables.size())];
  return word;
}

std::vector<std::string> vocabulary() {
  RandomStream random(1, "words");
  std::vector<std::string> words;
  for (int i = 0; i < 300; ++i) words.push_back(invented_word(random));
  return words;
}

std::string sentence(RandomStream& random, const std::vector<std::string>& words) {
  std::string text;
  for (std::uint64_t n = 2 + random.below(12); n > 0; --n) text += " " + words[random.below(words.size())];
  return text + (random.below(3) == 0 ? "." : random.below(3) == 0 ? ", <b>bold</b> & 'quoted' 50%!" : "");
}

std::string character(char32_t c) {
  auto tail = [](char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), tail(c)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | (c >> 12)), tail(c >> 6), tail(c)};
  return {static_cast<char>(0xF0 | (c >> 18)), tail(c >> 12), tail(c >> 6), tail(c)};
}

std::string random_characters(RandomStream& random) {
  static const std::vector<std::pair<char32_t, char32_t>> ranges{{0x20, 0x7E},   {0xA1, 0x24F},    {0x391, 0x3C9},
                                                                 {0x410, 0x44F}, {0x4E00, 0x4FFF}, {0x1F300, 0x1F5FF},
                                                                 {0x300, 0x36F}, {0x20A0, 0x20BF}, {0x27E6, 0x27EB}};
  std::string text;
  for (std::uint64_t n = 1 + random.below(24); n > 0; --n) {
    const auto [first, last] = ranges[random.below(ranges.size())];
    text += character(first + static_cast<char32_t>(random.below(last - first + 1)));
  }
  return text;
}

void add_support(udrl::command::FittedTask& task, int words) {
  for (int around = words - 3; around <= words + 3; ++around)
    for (int bin = 0; bin < 5; ++bin) task.support.add(around, bin, 40);
}

udrl::command::FittedTask task(const std::string& name, int words) {
  udrl::command::FittedTask task;
  task.name = name;
  task.scorers["relevance"] = {0.5, 0.1};
  task.support = udrl::command::Support(5);
  for (int i = 0; i <= 100; ++i) task.quantiles.push_back(i / 50.0 - 1);
  add_support(task, words);
  return task;
}

}  // namespace

Folder::Folder() {
  static std::atomic<int> count{0};
  path_ = std::filesystem::temp_directory_path() /
          ("udrl-student-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
  std::filesystem::create_directories(path_);
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> texts() {
  RandomStream random(2, "texts");
  const std::vector<std::string> words = vocabulary();
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) texts.push_back(sentence(random, words));
  return texts;
}

const student::Tokenizer& tokenizer() {
  static const student::Tokenizer made = student::Tokenizer::from_bytes(
      student::train_tokenizer(texts(), udrl::command::control_pieces(), {.vocab_size = 700}), "tiny");
  return made;
}

std::vector<std::string> strings() {
  std::vector<std::string> strings{" typed <s> and </s> <unk>",
                                   " ⟨gen⟩ ⟨task:0⟩⟨return:4⟩",
                                   " ⟨s⟩⟨/s⟩⟨unk⟩",
                                   " <0x41><0x0A>",
                                   " 🎉🎊 emoji 👩‍👩‍👧 family",
                                   " naïve café Zoë",
                                   " Ünïcödé ß ﬁ ﬂ",
                                   " 東京 сало Ελλάδα",
                                   "no leading space",
                                   " ",
                                   "",
                                   " <|im_end|><|endoftext|>[INST]",
                                   " a b c d e f"};
  RandomStream random(3, "strings");
  const std::vector<std::string> words = vocabulary();
  while (strings.size() < 150) strings.push_back(sentence(random, words));
  while (strings.size() < 300) strings.push_back(random_characters(random));
  for (std::string& text : strings) text = (text.starts_with(' ') ? " " : "") + udrl::data::normalise(text);
  return strings;
}

udrl::command::Fitted commands() {
  udrl::command::Fitted fitted;
  fitted.normalisation_version = udrl::data::normalisation_version;
  fitted.bins = 5;
  fitted.weights = {{"relevance", 1.0}};
  fitted.tasks = {task("image", 18), task("template", 9)};
  return fitted;
}

udrl::command::Fitted with_auxiliary(const std::vector<std::string>& names) {
  udrl::command::Fitted fitted = commands();
  for (const std::string& name : names) {
    fitted.auxiliary.push_back({name, 1});
    for (auto& task : fitted.tasks) {
      task.scorers[name] = {0.5, 0.1};
      task.auxiliary.push_back(task);
    }
  }
  return fitted;
}

Weights::Weights(const student::StudentConfig& config, double scale) : specs_(student::tensor_specs(config)) {
  for (const student::TensorSpec& spec : specs_) {
    std::size_t elements = 1;
    for (const std::int64_t extent : spec.shape) elements *= static_cast<std::size_t>(extent);
    RandomStream random(4, spec.name);
    const double mean = spec.name.find("ln_") != std::string::npos && spec.name.ends_with("weight") ? 1.0 : 0.0;
    auto& values = values_.emplace_back(elements);
    for (float& value : values) value = static_cast<float>(mean + scale * random.normal());
  }
}

std::vector<student::TensorView> Weights::views() const {
  std::vector<student::TensorView> views;
  for (std::size_t i = 0; i < specs_.size(); ++i)
    views.push_back(student::view_f32(specs_[i].name, specs_[i].shape, values_[i]));
  return views;
}

const std::vector<float>& Weights::at(const std::string& name) const {
  for (std::size_t i = 0; i < specs_.size(); ++i)
    if (specs_[i].name == name) return values_[i];
  throw std::out_of_range(name);
}

std::vector<float>& Weights::at(const std::string& name) {
  return const_cast<std::vector<float>&>(std::as_const(*this).at(name));
}

student::StudentConfig config() {
  return {.vocab_size = tokenizer().vocab_size(), .n_positions = 64, .n_embd = 32, .n_layer = 2, .n_head = 2};
}

student::ModelCard card() {
  return {.name = "tiny",
          .teachers = {"teacher-a", "teacher-b"},
          .data = {{"records", "12"}},
          .metrics = {{"loss", "1.93"}}};
}

void write(const std::filesystem::path& folder, const student::StudentConfig& config, const Weights& weights,
           const udrl::command::Fitted& asked) {
  const student::ModelCard written = card();
  const std::vector<student::TensorView> views = weights.views();
  student::write_checkpoint(folder, {config, tokenizer(), asked, written, views});
}

}  // namespace tiny
