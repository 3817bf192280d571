// Words, stems and masks. Not for: what is done to a text where it enters (normalise.cpp).
#include <libstemmer.h>

#include <algorithm>
#include <memory>
#include <set>

#include "udrl/base/error.hpp"
#include "udrl/data/text.hpp"
#include "utf8.hpp"

namespace udrl::data {
namespace {

struct Span {
  std::size_t begin = 0, end = 0;  // bytes
};

/// Latin letters have code points below U+0250, and U+1E00–U+1EFF.
bool is_latin(char32_t code) { return code < 0x250 || (code >= 0x1E00 && code <= 0x1EFF); }

bool is_apostrophe(char32_t code) { return code == '\'' || code == 0x2019; }

bool word_character_at(std::string_view text, std::size_t at) {
  return at < text.size() && is_word_character(decode_utf8(text, at));
}

// The next run of letters, digits and inner apostrophes at or after `at`; empty at the end of the text.
Span next_word(std::string_view text, std::size_t at) {
  while (at < text.size() && !word_character_at(text, at)) decode_utf8(text, at);
  Span span{at, at};
  while (at < text.size()) {
    const char32_t code = decode_utf8(text, at);
    if (!is_word_character(code) && !(is_apostrophe(code) && word_character_at(text, at))) break;
    span.end = at;
  }
  return span;
}

std::string folded(std::string_view word) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    const char32_t code = decode_utf8(word, at);
    append_utf8(out, is_apostrophe(code) ? U'\'' : code);
  }
  return fold_case(out);
}

template <class Use>
void for_each_run(std::string_view text, Use use) {
  for (Span span = next_word(text, 0); span.begin < span.end; span = next_word(text, span.end))
    use(span, text.substr(span.begin, span.end - span.begin));
}

template <class Use>
void for_each_word(std::string_view text, Use use) {
  for_each_run(text, [&](Span span, std::string_view run) { use(span, folded(run)); });
}

struct DeleteStemmer {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

// A stemmer keeps its last answer inside itself: one a thread.
sb_stemmer* english_stemmer() {
  thread_local const std::unique_ptr<sb_stemmer, DeleteStemmer> stemmer(sb_stemmer_new("english", "UTF_8"));
  if (!stemmer) throw failure("libstemmer has no English stemmer").hint("install libstemmer with all its algorithms");
  return stemmer.get();
}

constexpr std::string_view ascii_space = " \t\n\v\f\r";

}  // namespace

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t begin = text.find_first_not_of(ascii_space); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(ascii_space, begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(ascii_space, end);
  }
  return out;
}

bool has_other_script(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = decode_utf8(text, at);
    if (is_letter(code) && !is_latin(code)) return true;
  }
  return false;
}

int count_words(std::string_view text) { return static_cast<int>(words(text).size()); }

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) decode_utf8(text, at);
  return count;
}

std::vector<std::string_view> word_runs(std::string_view text) {
  std::vector<std::string_view> out;
  for_each_run(text, [&](Span, std::string_view run) { out.push_back(run); });
  return out;
}

std::vector<std::string> word_tokens(std::string_view text) {
  std::vector<std::string> out;
  for_each_word(text, [&](Span, std::string word) { out.push_back(std::move(word)); });
  return out;
}

std::string stem(std::string_view word) {
  sb_stemmer* stemmer = english_stemmer();
  const sb_symbol* stemmed =
      sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(word.data()), static_cast<int>(word.size()));
  if (stemmed == nullptr) throw failure("out of memory in the stemmer");
  return {reinterpret_cast<const char*>(stemmed), static_cast<std::size_t>(sb_stemmer_length(stemmer))};
}

std::vector<std::string> content_stems(std::string_view text) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for_each_word(text, [&](Span, const std::string& word) {
    if (is_stop_word(word)) return;
    std::string stemmed = stem(word);
    if (seen.insert(stemmed).second) out.push_back(std::move(stemmed));
  });
  return out;
}

OwnWords::OwnWords(std::string_view request) {
  for (std::string& stemmed : content_stems(request)) of_request_.insert(std::move(stemmed));
}

std::optional<std::string> OwnWords::stem_of(std::string_view folded_word) const {
  if (is_stop_word(folded_word)) return std::nullopt;
  std::string stemmed = stem(folded_word);
  if (of_request_.contains(stemmed)) return std::nullopt;
  return stemmed;
}

std::string mask_words(std::string_view text, std::string_view intent, std::string_view mask) {
  const std::vector<std::string> stems = content_stems(intent);
  const std::set<std::string> masked(stems.begin(), stems.end());
  std::string out;
  std::size_t done = 0;
  for_each_word(text, [&](Span span, const std::string& word) {
    if (is_stop_word(word) || !masked.contains(stem(word))) return;
    out.append(text.substr(done, span.begin - done)).append(mask);
    done = span.end;
  });
  return out.append(text.substr(done));
}

}  // namespace udrl::data
