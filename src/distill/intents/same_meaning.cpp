// Whole subjects are embedded together, many at a time.
#include "same_meaning.hpp"

#include <algorithm>
#include <numeric>

#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"

namespace udrl::distill {
namespace {

constexpr std::size_t texts_at_once = 512;

struct Text {
  std::uint64_t subject, item;
  std::string text;
};

/// Drops among `texts`, sorted by subject and item.
void compare(const std::vector<Text>& texts, double threshold, lm::LanguageModel& embedder,
             std::vector<std::uint64_t>& dropped) {
  std::vector<std::string> plain;
  for (const Text& text : texts) plain.push_back(text.text);
  const auto rows = embedder.embed(plain);
  std::vector<std::size_t> kept;  // of the present subject
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i % 256 == 0) check_stop("comparing intents was stopped", "run the same command again");
    if (i > 0 && texts[i].subject != texts[i - 1].subject) kept.clear();
    const bool same = std::any_of(kept.begin(), kept.end(), [&](std::size_t k) {
      return std::inner_product(rows[i].begin(), rows[i].end(), rows[k].begin(), 0.0) >= threshold;
    });
    if (same) dropped.push_back(texts[i].item);
    else kept.push_back(i);
  }
}

}  // namespace

void SameMeaning::add(const std::string& subject, std::uint64_t item, const std::string& text) {
  sorter_.add(leading_bits(content_id({subject})), item, text);
}

std::vector<std::uint64_t> SameMeaning::find(lm::LanguageModel& embedder) {
  std::vector<std::uint64_t> dropped;
  std::vector<Text> texts;
  sorter_.drain([&](const data::ExternalSorter::Entry& entry) {
    if (texts.size() >= texts_at_once && texts.back().subject != entry.key) {
      compare(texts, threshold_, embedder, dropped);
      texts.clear();
      check_stop("comparing intents was stopped", "run the same command again");
    }
    texts.push_back({entry.key, entry.order, entry.payload});
  });
  compare(texts, threshold_, embedder, dropped);
  return dropped;
}

}  // namespace udrl::distill
