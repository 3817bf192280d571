// What can be asked of a student: task, words, return; the text of a sequence (design §3). Not for: tokens or torch.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/lm/language_model.hpp"

namespace udrl::command {

inline constexpr int max_words = 80;    ///< ⟨words:1⟩ … ⟨words:80⟩
inline constexpr int max_returns = 10;  ///< ⟨return:0⟩ … ⟨return:9⟩
inline constexpr int max_further = 2;   ///< ⟨return2:0⟩ …, ⟨return3:0⟩ …: returns beside the first
inline constexpr int max_tasks = 64;    ///< ⟨task:0⟩ … ⟨task:63⟩

/// What is asked. Absent is ⟨…:any⟩.
struct Command {
  int task_slot = 0;
  std::optional<int> words;  ///< of what is still to come
  std::optional<int> return_bin;
  std::vector<std::optional<int>> further = {};  ///< bins of the further returns, in the order of commands.json
};

/// Every control piece of the vocabulary, in the order of their ids after <unk> <s> </s>; fixed for ever:
/// ⟨gen⟩ ⟨have⟩ ⟨task:0…63⟩ ⟨words:any⟩ ⟨words:1…80⟩ ⟨return:any⟩ ⟨return:0…9⟩ ⟨left:8⟩ ⟨left:16⟩ … ⟨left:80⟩
/// ⟨return2:any⟩ ⟨return2:0…9⟩ ⟨return3:any⟩ ⟨return3:0…9⟩.
const std::vector<std::string>& control_pieces();

std::string task_piece(int slot);
std::string words_piece(std::optional<int> words);
/// `which` 0 is the return, 1 … max_further are the further ones.
std::string return_piece(std::optional<int> bin, int which = 0);
/// What a student that counts down writes where so many words are left, a multiple of `words_per_count`.
std::string left_piece(int words);
inline constexpr int words_per_count = 8;
/// ⟨left:8⟩ ⟨left:16⟩ … ⟨left:80⟩
const std::vector<std::string>& left_pieces();
inline constexpr std::string_view gen_piece = "⟨gen⟩";
inline constexpr std::string_view have_piece = "⟨have⟩";

/// `<s> holiday sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨gen⟩` without the answer; `<s>` is the tokenizer's own; further
/// returns follow the return. With `have`, `…⟨have⟩ A cosy shop⟨gen⟩`. Text segments start with a space. `intent` and
/// `have` must be normalised.
lm::Prompt sequence_prompt(std::string_view intent, const Command& command, std::string_view have = {});
/// Students read and write answers that begin in lower case, as the intents do that they carry words over from:
/// "Holiday" and "holiday" share no piece of the vocabulary, and learning that they are one word is dear for a small
/// model. `uncapitalised` leaves "DIY day" and "3D render" alone; `capitalised` is how an answer is shown.
std::string uncapitalised(std::string text);
std::string capitalised(std::string text);

/// Of the texts that a sequence is made of: to be raised when any of them is made otherwise, for tokens are kept.
inline constexpr int sequence_version = 1;

/// The answer as it follows ⟨gen⟩: one leading space.
std::string sequence_answer(std::string_view answer);
/// The same with a countdown: ⟨left:16⟩ before the word from which on 16 are left, and so on, but not before the first
/// word, whose number of words was asked. White space between words is single.
lm::Prompt counted_answer(std::string_view answer);

}  // namespace udrl::command
