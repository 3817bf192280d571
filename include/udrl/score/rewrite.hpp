// Texts rewritten on purpose: a subject exchanged, content words exchanged, an intent with a common ending. For:
// controls that must fail, and damage that a scorer must see. Not for: training (train/data/entity_swap.hpp).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/base/random.hpp"
#include "udrl/data/record.hpp"

namespace udrl::score {

/// Every occurrence of `from` as whole words, in any case (ASCII), replaced by `to`; a capital at its beginning stays.
/// Where one of them is empty, the text as it is.
std::string with_subject(const std::string& text, const std::string& from, const std::string& to);
/// Whether `text` holds `words` so.
bool holds_words(const std::string& text, const std::string& words);

/// The content words of `text` that `intent` does not hold (by stem; stop words aside), as they stand there.
std::vector<std::string_view> own_content_words(std::string_view text, std::string_view intent);
/// `text` with a share of its own content words (rounded) replaced by words of `donors`, taken in turn; a capital at a
/// word's beginning stays. Which words go first is `order`'s: with the same stream a larger share replaces the same
/// words and more. The text as it is where `donors` is empty.
std::string with_words_replaced(std::string_view text, std::string_view intent, double share,
                                std::span<const std::string> donors, RandomStream order);

/// `text` with a share of its words (rounded) in each other's places; what stands between words stays. Which words go
/// first is `order`'s: of a single one nothing can be exchanged.
std::string with_words_shuffled(std::string_view text, double share, RandomStream order);

/// An intent, and an answer to it.
struct Answered {
  data::Intent intent;
  std::string answer;
};

/// What a task's answers have in common, whatever they are about: with it, an intent becomes an answer that says
/// nothing.
class CommonForms {
 public:
  CommonForms() = default;
  explicit CommonForms(std::span<const Answered> answers);

  /// The most common frame, which is what is left of an answer when its subject is taken out, with `text` in its place.
  /// Of frames equally common the first; where no answer names its subject, `text` alone.
  std::string framed(const std::string& text) const;
  /// "TEXT, " and the most common last three words of an answer that its intent does not hold; `text` alone where no
  /// ending comes twice.
  std::string with_tail(const std::string& text) const;

 private:
  std::string frame_, tail_;
};

/// The answer of one intent adapted to another one that is like it: the words that only the old intent has, in one
/// stretch, are replaced by those that only the new one has. The answer as it is where either has none, or where the
/// stretch does not stand in it.
std::string made_over(const std::string& answer, const std::string& old_intent, const std::string& new_intent);

}  // namespace udrl::score
