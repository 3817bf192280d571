// Small worlds for the tests of train: a folder, a tokenizer, samples, a tagged folder.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/files/temp_folder.hpp"
#include "data/batches.hpp"
#include "data/samples.hpp"
#include "udrl/base/files.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/ideas.hpp"
#include "udrl/student/tokenizer.hpp"

namespace udrl::train::testing {

namespace fs = std::filesystem;

using udrl::test::TempFolder;

/// Where the tests train: cpu, or what UDRL_TEST_DEVICE says (scripts/gpu_check.sh runs them all on cuda).
inline Device test_device() {
  const char* named = std::getenv("UDRL_TEST_DEVICE");
  return named == nullptr ? Device::cpu : from_name<Device>(named).value();
}

inline const std::vector<std::string>& nouns() {
  static const std::vector<std::string> list{"bakery",  "sailing club", "garden",  "museum",
                                             "bicycle", "coffee",       "library", "circus"};
  return list;
}

inline data::Record record(int i, const std::string& split) {
  static const char* const frames[] = {
      "A warm photo of a %s at dusk, soft light", "Bright %s poster with bold letters",
      "Minimal drawing of the %s on plain paper, with a thin blue line around it and stars", "%s banner"};
  data::Record out;
  out.intent.subject = nouns()[static_cast<std::size_t>(i) % nouns().size()];
  out.intent.intent = out.intent.subject + " flyer number " + std::to_string(i / 8);
  out.intent.intent_id = content_id({out.intent.intent});
  out.task = i % 3 == 0 ? "template" : "image";
  std::string text = frames[i % 4];
  out.answer = text.replace(text.find("%s"), 2, out.intent.subject);
  out.id = content_id({out.intent.intent, out.task, "teacher", split, std::to_string(i)});
  out.teacher = "teacher";
  out.finish = "stop";
  out.words = data::count_words(out.answer);
  out.return_value = 0.0;
  out.commands = {{"return", i % 5}, {"words", *out.words}, {"novelty", i % 4}, {"calm", i % 3}};
  out.split = split;
  return out;
}

inline command::Fitted fitted() {
  command::Fitted out;
  out.normalisation_version = data::normalisation_version;
  out.bins = 5;
  out.weights = {{"relevance", 1.0}};
  for (const char* name : {"image", "template"}) {
    command::FittedTask task;
    task.name = name;
    task.scorers = {{"relevance", {0, 1}}};
    task.quantiles.assign(101, 0.0);
    task.support = command::Support(5);
    for (int i = 0; i < 200; ++i) task.support.add(1 + i % 20, i % 5);
    out.tasks.push_back(task);
  }
  return out;
}

/// tagged/ with `train` and `valid` records.
inline void write_tagged(const fs::path& folder, int train, int valid) {
  const auto write = [&](const std::string& split, int count) {
    data::ShardWriter writer(folder / split);
    for (int i = 0; i < count; ++i) writer.append(data::to_json(record(i, split)));
    writer.close();
  };
  write("train", train);
  write("valid", valid);
  command::save(fitted(), folder / "commands.json");
}

inline std::vector<Sample> samples(int count) {
  std::vector<Sample> out;
  for (int i = 0; i < count; ++i) out.push_back(sample_of(record(i, "train"), fitted()));
  return out;
}

inline student::Tokenizer tokenizer(const std::vector<Sample>& from, int vocab = 512) {
  std::vector<std::string> texts;
  for (const Sample& sample : from) {
    texts.push_back(" " + sample.intent);
    texts.push_back(" " + sample.answer);
  }
  student::TokenizerOptions options;
  options.vocab_size = vocab;
  return student::Tokenizer::from_bytes(student::train_tokenizer(texts, command::control_pieces(), options), "test");
}

inline WordList word_list() {
  std::vector<std::string> words;
  for (int i = 0; i < 26; ++i) {
    for (int j = 0; j < 26; ++j)
      words.push_back(std::string("zz") + static_cast<char>('a' + i) + static_cast<char>('a' + j));
  }
  return WordList(words);
}

/// Words and where they point, of equal width; all but those are proposed that `silent` names.
inline student::IdeaWords idea_words(const std::map<std::string, std::vector<float>>& words,
                                     const std::set<std::string>& silent = {}) {
  student::IdeaWords table;
  table.dimensions = static_cast<int>(words.begin()->second.size());
  table.tasks = {"image"};
  table.said.resize(1);
  table.rarity.assign(words.size(), 1);
  for (const auto& [word, vector] : words) {
    table.words.push_back(word);
    table.vectors.insert(table.vectors.end(), vector.begin(), vector.end());
    table.said[0].push_back(silent.contains(word) ? 0.0F : 1.0F);
  }
  return table;
}

inline student::Ideas ideas_of(const student::IdeaWords& words) {
  const TempFolder folder;
  student::write_ideas(folder / student::files::ideas, words);
  return student::Ideas::load(folder / student::files::ideas);
}

/// The golden's way to say a sequence: ids, and from where on they are learned.
inline MicroBatch batch_of(const std::vector<Sequence>& sequences) {
  std::vector<Indexed> indexed;
  for (std::size_t i = 0; i < sequences.size(); ++i) indexed.push_back({sequences[i], static_cast<std::uint32_t>(i)});
  return bucket(indexed, 1 << 20, 2).front();
}

}  // namespace udrl::train::testing
