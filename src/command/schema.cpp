// The spelling of commands and the text of a sequence. Not for: what the data supports (fitted.cpp).
#include "udrl/command/schema.hpp"

#include <array>
#include <cassert>

#include "udrl/base/error.hpp"

namespace udrl::command {
namespace {

std::string piece(std::string_view name, const std::string& value) {
  return "⟨" + std::string(name) + ":" + value + "⟩";
}

std::string checked_piece(std::string_view name, int value, int low, int high) {
  if (value < low || value > high) {
    throw user_error(std::string(name) + " is out of range")
        .expected(std::to_string(low) + " to " + std::to_string(high))
        .got(std::to_string(value));
  }
  return piece(name, std::to_string(value));
}

std::vector<std::string> make_control_pieces() {
  std::vector<std::string> pieces{std::string(gen_piece), std::string(have_piece)};
  for (int task_index = 0; task_index < max_tasks; ++task_index) pieces.push_back(task_piece(task_index));
  pieces.push_back(words_piece(std::nullopt));
  for (int words = 1; words <= max_words; ++words) pieces.push_back(words_piece(words));
  const auto add_return = [&](int which) {
    pieces.push_back(return_piece(std::nullopt, which));
    for (int bin = 0; bin < max_returns; ++bin) pieces.push_back(return_piece(bin, which));
  };
  add_return(0);
  pieces.insert(pieces.end(), left_pieces().begin(), left_pieces().end());
  for (int which = 1; which <= max_auxiliary; ++which) add_return(which);
  pieces.emplace_back(mention_piece);
  return pieces;
}

std::vector<std::string> make_left_pieces() {
  std::vector<std::string> pieces;
  for (int left = words_per_count; left <= max_words; left += words_per_count) pieces.push_back(left_piece(left));
  return pieces;
}

}  // namespace

const std::vector<std::string>& control_pieces() {
  static const std::vector<std::string> pieces = make_control_pieces();
  return pieces;
}

std::string task_piece(int task_index) { return checked_piece("task", task_index, 0, max_tasks - 1); }

std::string words_piece(std::optional<int> words) {
  return words ? checked_piece("words", *words, 1, max_words) : piece("words", "any");
}

std::string return_piece(std::optional<int> bin, int which) {
  static constexpr std::array<std::string_view, max_auxiliary + 1> names{"return", "return2", "return3"};
  const std::string_view name = names.at(static_cast<std::size_t>(which));
  return bin ? checked_piece(name, *bin, 0, max_returns - 1) : piece(name, "any");
}

std::string left_piece(int words) {
  assert(words % words_per_count == 0);
  return checked_piece("left", words, words_per_count, max_words);
}

const std::vector<std::string>& left_pieces() {
  static const std::vector<std::string> pieces = make_left_pieces();
  return pieces;
}

std::string command_pieces(const Command& command) {
  std::string pieces = task_piece(command.task_index) + words_piece(command.words) + return_piece(command.return_bin);
  for (std::size_t i = 0; i < command.auxiliary.size(); ++i)
    pieces += return_piece(command.auxiliary[i], static_cast<int>(i) + 1);
  return pieces;
}

lm::Prompt sequence_prompt(std::string_view intent, const Command& command, std::string_view have) {
  lm::Prompt prompt;
  const auto text_of = [&](SequencePart part) -> std::string_view {
    return part == SequencePart::intent ? intent : part == SequencePart::mention ? command.mention : have;
  };
  lay_out(
      command, !have.empty(),
      [&](SequencePart part) {
        prompt.push_back({sequence_text(text_of(part)), false});
      },
      [&](std::string pieces) {
        prompt.push_back({std::move(pieces), true});
      });
  return prompt;
}

std::optional<std::string> count_before_word(std::size_t word, std::size_t words) {
  const auto left = static_cast<int>(words - word);
  if (word == 0 || left % words_per_count != 0 || left > max_words) return std::nullopt;
  return left_piece(left);
}

}  // namespace udrl::command
