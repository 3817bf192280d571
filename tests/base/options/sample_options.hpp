// One option of each type, as the tests of options declare them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "udrl/base/options.hpp"

namespace udrl::test {

struct Sample {
  bool resume = false;
  bool mask = true;
  int bins = 5;
  std::int64_t offset = -3;
  std::uint64_t seed = 1;
  double rate = 0.001;
  std::string kind = "advantage";
  std::string name;
  std::filesystem::path input = "data/scored";
  std::vector<std::string> tasks{"image", "template"};
  std::vector<double> temperatures{0.7, 1};
  std::vector<int> layers{2};
  std::map<std::string, double> weights{{"relevance", 1}};
  int slots = 32;
  int draws = 4;
  int threads = 2;
  std::string kept = "file";
};

inline OptionSet declare(Sample& o) {
  OptionSet set;
  set.add("resume", o.resume, "go on where it stopped");
  set.add("mask", o.mask, "mask the intent's words");
  set.add("bins", o.bins, "how many return bins").range(1, 10);
  set.add("offset", o.offset, "moves everything");
  set.add("seed", o.seed, "of all randomness");
  set.add("learning_rate", o.rate, "of the optimizer").range(0, 1);
  set.add("kind", o.kind, "kind of return").choices({"advantage", "global"});
  set.add("name", o.name, "how it is called");
  set.add("input", o.input, "folder of scored shards");
  set.add("tasks", o.tasks, "which tasks").choices({"image", "template", "story"});
  set.add("temperatures", o.temperatures, "of the draws").range(0, 2);
  set.add("layers", o.layers, "to keep").range(0, 12);
  set.add("weights", o.weights, "of the scorers").range(0, 10).choices({"relevance", "copying", "judge"});
  set.add("model.slots", o.slots, "requests at once").range(1, 256);
  set.add("draws", o.draws, "an intent").letter('n').range(1, 64);
  set.add("threads", o.threads, "that compute").runtime_only();
  set.add("kept", o.kept, "how weights are kept").choices({"file", "bf16"}).came_later();
  return set;
}

}  // namespace udrl::test
