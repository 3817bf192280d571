// Finding what is shared, and replacing it.
#include "entity_swap.hpp"

#include <algorithm>
#include <string_view>

#include "udrl/base/error.hpp"
#include "udrl/data/phrases.hpp"
#include "udrl/data/text.hpp"

namespace udrl::train {
namespace {

/// ASCII only, so that offsets stay those of the text.
std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Where a whole word may begin and end in a text.
class WordEdges {
 public:
  explicit WordEdges(std::string_view text) : text_(text), inside_(text.size() + 1) {
    for (const std::string_view word : data::word_runs(text)) {
      const auto begin = word.data() - text.data(), end = begin + static_cast<std::ptrdiff_t>(word.size());
      std::fill(inside_.begin() + begin + 1, inside_.begin() + end, true);
    }
  }
  bool begins(std::size_t at) const { return !inside_[at]; }
  /// Before what follows an apostrophe too: the bakery's.
  bool ends(std::size_t at) const {
    return !inside_[at] || text_.substr(at).starts_with("'") || text_.substr(at).starts_with("\u2019");
  }

 private:
  std::string_view text_;
  std::vector<bool> inside_;
};

/// The length of the plural ending that a whole-word match may have at `end`: 0, 1 or 2; nothing where the word goes
/// on.
std::optional<std::size_t> ending(const std::string& folded, const WordEdges& edges, std::size_t end) {
  if (edges.ends(end)) return 0;
  if (folded[end] == 's' && edges.ends(end + 1)) return 1;
  if (folded.compare(end, 2, "es") == 0 && edges.ends(end + 2)) return 2;
  return std::nullopt;
}

std::string capitalised_like(const std::string& by, char original) {
  std::string out = by;
  if (!out.empty() && original >= 'A' && original <= 'Z' && out[0] >= 'a' && out[0] <= 'z') {
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  }
  return out;
}

/// "dogs" for "dog"; a word that ends in s, x or z takes es.
std::string plural(const std::string& word) {
  if (word.empty()) return word;
  const char last = word.back();
  return word + (last == 's' || last == 'x' || last == 'z' ? "es" : "s");
}

std::size_t occurrences(const std::string& text, const std::string& phrase) {
  std::string copy = text;
  return static_cast<std::size_t>(replace_phrase(copy, phrase, "x"));
}

bool both_hold(const Sample& sample, const std::string& phrase) {
  return !phrase.empty() && occurrences(sample.intent, phrase) > 0 && occurrences(sample.answer, phrase) > 0;
}

/// The intent's words that carry meaning and that the answer holds too, each once, in order.
std::vector<std::string> shared_words(const Sample& sample) {
  std::vector<std::string> shared;
  for (const std::string& word : data::word_tokens(sample.intent)) {
    const bool seen = std::find(shared.begin(), shared.end(), word) != shared.end();
    if (word.size() > 2 && !seen && !data::is_stop_word(word) && both_hold(sample, word)) shared.push_back(word);
  }
  return shared;
}

std::string phrase_to_swap(const Sample& sample, RandomStream& random) {
  if (both_hold(sample, sample.subject)) return sample.subject;
  const std::vector<std::string> shared = shared_words(sample);
  return shared.empty() ? std::string() : shared[random.below(shared.size())];
}

/// As many words as the phrase had, at most two: the list's entries may be phrases themselves.
std::string drawn_phrase(const std::string& phrase, const WordList& words, RandomStream& random) {
  std::string drawn = words.draw(random);
  if (data::count_words(phrase) > 1 && data::count_words(drawn) == 1) drawn += " " + words.draw(random);
  return drawn;
}

}  // namespace

WordList::WordList(std::vector<std::string> words) : words_(std::move(words)) {}

WordList WordList::load(const std::filesystem::path& file) {
  std::vector<std::string> words = data::read_phrases(file);
  if (words.size() < 100) {
    throw user_error("the list of words to swap in is too short")
        .at(file.string())
        .expected("at least 100 nouns, one a line")
        .got(std::to_string(words.size()))
        .hint("give another file with sequence.entity_words, or train without swaps: sequence.entity_swap = 0");
  }
  return WordList(std::move(words));
}

const std::string& WordList::draw(RandomStream& random) const { return words_[random.below(words_.size())]; }

int replace_phrase(std::string& text, const std::string& phrase, const std::string& by) {
  const std::string folded = lower(text), wanted = lower(phrase);
  if (wanted.empty() || folded.find(wanted) == std::string::npos) return 0;
  const WordEdges edges(folded);
  std::string out;
  std::size_t copied = 0;
  int count = 0;
  for (std::size_t at = folded.find(wanted); at != std::string::npos; at = folded.find(wanted, at + 1)) {
    if (at < copied || !edges.begins(at)) continue;
    const auto suffix = ending(folded, edges, at + wanted.size());
    if (!suffix) continue;
    out.append(text, copied, at - copied);
    out += capitalised_like(*suffix > 0 ? plural(by) : by, text[at]);
    copied = at + wanted.size() + *suffix;
    ++count;
  }
  text = out.append(text, copied, std::string::npos);
  return count;
}

IntentAndAnswer swap_entity(const Sample& sample, const WordList& words, RandomStream& random) {
  IntentAndAnswer out{sample.intent, sample.answer, false};
  const std::string phrase = phrase_to_swap(sample, random);
  if (phrase.empty()) return out;
  const std::string by = drawn_phrase(phrase, words, random);
  replace_phrase(out.intent, phrase, by);
  replace_phrase(out.answer, phrase, by);
  out.swapped = true;
  return out;
}

}  // namespace udrl::train
