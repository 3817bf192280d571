// English words that carry no content of their own, case-folded. Not for: other languages, whose words all count as
// content.
#include <algorithm>
#include <array>

#include "udrl/data/text.hpp"

namespace udrl::data {
namespace {

constexpr std::array<std::string_view, 193> stop_words = {
    "a",       "about",   "above",    "after",      "again",   "against",    "all",    "also",    "am",
    "an",      "and",     "any",      "are",        "aren't",  "as",         "at",     "be",      "because",
    "been",    "before",  "being",    "below",      "between", "both",       "but",    "by",      "can",
    "can't",   "cannot",  "could",    "couldn't",   "did",     "didn't",     "do",     "does",    "doesn't",
    "doing",   "don't",   "down",     "during",     "each",    "either",     "etc",    "few",     "for",
    "from",    "further", "had",      "hadn't",     "has",     "hasn't",     "have",   "haven't", "having",
    "he",      "he'd",    "he'll",    "he's",       "her",     "here",       "here's", "hers",    "herself",
    "him",     "himself", "his",      "how",        "how's",   "i",          "i'd",    "i'll",    "i'm",
    "i've",    "if",      "in",       "into",       "is",      "isn't",      "it",     "it's",    "its",
    "itself",  "just",    "let's",    "may",        "me",      "might",      "more",   "most",    "must",
    "mustn't", "my",      "myself",   "neither",    "no",      "nor",        "not",    "of",      "off",
    "on",      "once",    "only",     "or",         "other",   "ought",      "our",    "ours",    "ourselves",
    "out",     "over",    "own",      "per",        "same",    "shall",      "shan't", "she",     "she'd",
    "she'll",  "she's",   "should",   "shouldn't",  "so",      "some",       "such",   "than",    "that",
    "that's",  "the",     "their",    "theirs",     "them",    "themselves", "then",   "there",   "there's",
    "these",   "they",    "they'd",   "they'll",    "they're", "they've",    "this",   "those",   "through",
    "to",      "too",     "under",    "until",      "up",      "upon",       "us",     "very",    "via",
    "was",     "wasn't",  "we",       "we'd",       "we'll",   "we're",      "we've",  "were",    "weren't",
    "what",    "what's",  "when",     "when's",     "where",   "where's",    "which",  "while",   "who",
    "who's",   "whom",    "whose",    "why",        "why's",   "will",       "with",   "within",  "without",
    "won't",   "would",   "wouldn't", "yet",        "you",     "you'd",      "you'll", "you're",  "you've",
    "your",    "yours",   "yourself", "yourselves",
};
static_assert(std::is_sorted(stop_words.begin(), stop_words.end()), "binary search needs an order");

}  // namespace

bool is_stop_word(std::string_view folded_word) {
  return std::binary_search(stop_words.begin(), stop_words.end(), folded_word);
}

}  // namespace udrl::data
