// What can be asked of a student: task, words, return; the text of a sequence (design §3). Not for: tokens or torch.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "udrl/command/spelling.hpp"
#include "udrl/data/record.hpp"
#include "udrl/lm/language_model.hpp"

namespace udrl::command {

inline constexpr int max_words = 80;     ///< ⟨words:1⟩ … ⟨words:80⟩
inline constexpr int max_returns = 10;   ///< ⟨return:0⟩ … ⟨return:9⟩
inline constexpr int max_auxiliary = 2;  ///< ⟨return2:0⟩ …, ⟨return3:0⟩ …: returns beside the first
inline constexpr int max_tasks = 64;     ///< ⟨task:0⟩ … ⟨task:63⟩

/// What is asked. Absent is ⟨…:any⟩.
struct Command {
  int task_index = 0;
  std::optional<int> words;  ///< of what is still to come
  std::optional<int> return_bin;
  std::vector<std::optional<int>> auxiliary = {};  ///< bins of the auxiliary returns, in the order of commands.json
  std::string mention = {};  ///< words that the answer is to hold, "harbor, boats", normalised; "": none are named
};

/// Every control piece of the vocabulary, in the order of their ids after <unk> <s> </s>; fixed for ever:
/// ⟨gen⟩ ⟨have⟩ ⟨task:0…63⟩ ⟨words:any⟩ ⟨words:1…80⟩ ⟨return:any⟩ ⟨return:0…9⟩ ⟨left:8⟩ ⟨left:16⟩ … ⟨left:80⟩
/// ⟨return2:any⟩ ⟨return2:0…9⟩ ⟨return3:any⟩ ⟨return3:0…9⟩ ⟨mention⟩.
const std::vector<std::string>& control_pieces();

std::string task_piece(int task_index);
std::string words_piece(std::optional<int> words);
/// `which` 0 is the return, 1 … max_auxiliary are the auxiliary ones.
std::string return_piece(std::optional<int> bin, int which = 0);
/// What a student that counts down writes where so many words are left, a multiple of `words_per_count`.
std::string left_piece(int words);
inline constexpr int words_per_count = 8;
/// ⟨left:8⟩ ⟨left:16⟩ … ⟨left:80⟩
const std::vector<std::string>& left_pieces();
inline constexpr std::string_view gen_piece = "⟨gen⟩";
inline constexpr std::string_view have_piece = "⟨have⟩";
inline constexpr std::string_view mention_piece = "⟨mention⟩";

/// What is asked in numbers, behind the intent: `⟨task:0⟩⟨words:18⟩⟨return:4⟩`; auxiliary returns follow the return.
std::string command_pieces(const Command& command);

/// The parts of a sequence that are text, before the answer.
enum class SequencePart { intent, mention, have };
/// The order of a sequence's parts up to the answer: `<s> holiday sale⟨task:0⟩⟨words:18⟩⟨return:4⟩⟨gen⟩`; with words to
/// mention `…⟨return:4⟩⟨mention⟩ snow, lights⟨gen⟩`, and with a beginning that is there already `…⟨have⟩ A cosy
/// shop⟨gen⟩`; `<s>` is the tokenizer's own. Calls `text(part)` and `control(pieces)` in turn.
template <class Text, class Control>
void lay_out(const Command& command, bool has_beginning, Text text, Control control) {
  text(SequencePart::intent);
  std::string pieces = command_pieces(command);
  const auto text_after = [&](std::string_view piece, SequencePart part) {
    control(std::exchange(pieces, {}).append(piece));
    text(part);
  };
  if (!command.mention.empty()) text_after(mention_piece, SequencePart::mention);
  if (has_beginning) text_after(have_piece, SequencePart::have);
  control(pieces.append(gen_piece));
}
/// The same as texts, each beginning with a space. `intent` and `have` must be normalised.
lm::Prompt sequence_prompt(std::string_view intent, const Command& command, std::string_view have = {});

/// The piece of a countdown before the `word`-th of `words` (from 0): ⟨left:16⟩ where 16 are left, and so on. None
/// before the first word, whose number of words was asked.
std::optional<std::string> count_before_word(std::size_t word, std::size_t words);

}  // namespace udrl::command
