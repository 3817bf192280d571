#include "usage.hpp"

namespace udrl::distill {

void note_usage(const lm::LanguageModel& model, data::Manifest& manifest, Observer& observer) {
  const lm::Usage* usage = model.usage();
  if (usage == nullptr) return;
  const std::string& name = model.info().name;
  manifest.usage[name] = {{"replies", usage->replies},
                          {"lost", usage->lost},
                          {"cached", usage->cached},
                          {"estimated", usage->estimated},
                          {"prompt_tokens", usage->prompt_tokens},
                          {"generated_tokens", usage->generated_tokens},
                          {"cost", usage->cost}};
  observer.note(Level::info, "endpoint, model " + name + ": " + to_text(*usage));
}

}  // namespace udrl::distill
