// Rewriting by whole words; which words carry meaning is data/text.hpp's.
#include "udrl/score/rewrite.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "udrl/data/text.hpp"
#include "udrl/data/whole_words.hpp"

namespace udrl::score {
namespace {

const std::string placeholder = "\x01";  // no normalised text holds a control
constexpr std::size_t tail_words = 3;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

bool stands_at(std::string_view text, std::size_t at, std::string_view words) {
  if (at + words.size() > text.size()) return false;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (lower(text[at + i]) != lower(words[i])) return false;
  return data::are_whole_words(text, at, at + words.size());
}

/// `by` with the capital that `word` begins with.
std::string capitalised_like(std::string_view word, std::string by) {
  if (!by.empty() && !word.empty() && word.front() != lower(word.front())) by.front() = upper(by.front());
  return by;
}

/// The last words of a text, without the punctuation after them; "" where there are not so many.
std::string last_words(const std::string& text, std::size_t count) {
  const auto runs = data::word_runs(text);
  if (runs.size() <= count) return "";
  const char* begin = runs[runs.size() - count].data();
  const char* end = runs.back().data() + runs.back().size();
  return {begin, end};
}

/// The most frequent key; of equals the one that `order` has first. "" where none comes `at_least` times.
std::string commonest(const std::vector<std::string>& order, int at_least) {
  std::unordered_map<std::string, int> counts;
  for (const std::string& key : order) ++counts[key];
  std::string best;
  int most = at_least - 1;
  for (const std::string& key : order) {
    const int count = counts.at(key);
    if (count <= most) continue;
    most = count;
    best = key;
  }
  return best;
}

/// The one stretch of `words` that is left when what `others` holds is taken off both ends; empty where nothing is.
std::string stretch_of_its_own(std::string_view text, std::string_view other) {
  const data::OwnWords own(other);
  const auto words = data::word_runs(text);
  const auto is_own = [&](std::string_view word) { return own.has(data::fold_case(word)); };
  const auto first = std::find_if(words.begin(), words.end(), is_own);
  if (first == words.end()) return "";
  const auto last = std::find_if(words.rbegin(), words.rend(), is_own);
  return {first->data(), last->data() + last->size()};
}

/// A share (rounded) of the numbers 0 … count − 1, drawn.
std::vector<std::size_t> share_of(std::size_t count, double share, RandomStream& order) {
  std::vector<std::size_t> chosen(count);
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  order.shuffle(chosen);
  chosen.resize(static_cast<std::size_t>(std::lround(share * static_cast<double>(count))));
  return chosen;
}

/// A text copied with some of its words replaced, from the first to the last.
class Replacing {
 public:
  explicit Replacing(std::string_view text) : text_(text), done_(text.data()) {}
  void replace(std::string_view word, const std::string& by) {
    out_.append(done_, word.data());
    out_ += capitalised_like(word, by);
    done_ = word.data() + word.size();
  }
  std::string text() { return out_.append(done_, text_.data() + text_.size()); }

 private:
  std::string_view text_;
  const char* done_;
  std::string out_;
};

}  // namespace

std::string with_subject(const std::string& text, const std::string& from, const std::string& to) {
  if (from.empty() || to.empty()) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!stands_at(text, at, from)) {
      out += text[at++];
      continue;
    }
    out += capitalised_like(std::string_view(text).substr(at), to);
    at += from.size();
  }
  return out;
}

bool holds_words(const std::string& text, const std::string& words) {
  if (words.empty()) return false;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (stands_at(text, at, words)) return true;
  return false;
}

std::vector<std::string_view> own_content_words(std::string_view text, std::string_view intent) {
  const data::OwnWords own(intent);
  std::vector<std::string_view> out;
  for (const std::string_view word : data::word_runs(text))
    if (own.has(data::fold_case(word))) out.push_back(word);
  return out;
}

std::string with_words_replaced(std::string_view text, std::string_view intent, double share,
                                std::span<const std::string> donors, RandomStream order) {
  const std::vector<std::string_view> own = own_content_words(text, intent);
  if (donors.empty()) return std::string(text);
  std::vector<std::size_t> chosen = share_of(own.size(), share, order);
  std::sort(chosen.begin(), chosen.end());
  Replacing out(text);
  for (const std::size_t i : chosen) out.replace(own[i], donors[i % donors.size()]);
  return out.text();
}

std::string with_words_shuffled(std::string_view text, double share, RandomStream order) {
  const std::vector<std::string_view> words = data::word_runs(text);
  std::vector<std::size_t> moved = share_of(words.size(), share, order);
  std::vector<std::size_t> places = moved;
  std::sort(places.begin(), places.end());
  order.shuffle(moved);
  Replacing out(text);
  for (std::size_t k = 0; k < places.size(); ++k) out.replace(words[places[k]], std::string(words[moved[k]]));
  return out.text();
}

CommonForms::CommonForms(std::span<const Answered> answers) {
  std::vector<std::string> frames, tails;
  for (const Answered& one : answers) {
    std::string frame = with_subject(one.answer, one.intent.subject, placeholder);
    if (frame.find(placeholder) != std::string::npos) frames.push_back(std::move(frame));
    const std::string tail = last_words(one.answer, tail_words);
    if (!tail.empty() && own_content_words(tail, one.intent.intent).size() == own_content_words(tail, "").size())
      tails.push_back(data::fold_case(tail));
  }
  frame_ = commonest(frames, 1);
  tail_ = commonest(tails, 2);
}

std::string CommonForms::framed(const std::string& text) const {
  return frame_.empty() ? text : with_subject(frame_, placeholder, text);
}

std::string CommonForms::with_tail(const std::string& text) const { return tail_.empty() ? text : text + ", " + tail_; }

std::string made_over(const std::string& answer, const std::string& old_intent, const std::string& new_intent) {
  return with_subject(answer, stretch_of_its_own(old_intent, new_intent), stretch_of_its_own(new_intent, old_intent));
}

}  // namespace udrl::score
