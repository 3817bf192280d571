// A text is a few parts, each of a kind that is drawn.
#include "odd_texts.hpp"

#include <array>
#include <utility>

#include "udrl/base/random.hpp"
#include "udrl/command/schema.hpp"

namespace udrl::student {
namespace {

std::string utf8(char32_t c) {
  const auto tail = [](char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), tail(c)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | (c >> 12)), tail(c >> 6), tail(c)};
  return {static_cast<char>(0xF0 | (c >> 18)), tail(c >> 12), tail(c >> 6), tail(c)};
}

/// ASCII, Latin, combining marks, Greek, Cyrillic, Hebrew, Arabic, Thai, Hangul, kana, CJK, symbols, emoji, brackets,
/// full width, skin tones, tags, private use, mathematical letters.
constexpr std::array<std::pair<char32_t, char32_t>, 20> scripts{
    {{0x20, 0x7E},     {0xA1, 0x24F},      {0x300, 0x36F},     {0x391, 0x3C9},     {0x410, 0x44F},
     {0x5D0, 0x5EA},   {0x621, 0x64A},     {0xE01, 0xE3A},     {0xAC00, 0xAD00},   {0x3041, 0x30FA},
     {0x4E00, 0x4FFF}, {0x20A0, 0x20BF},   {0x2190, 0x22FF},   {0x1F300, 0x1F64F}, {0x27E6, 0x27EB},
     {0xFF01, 0xFF5E}, {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007E}, {0xE000, 0xE0FF},   {0x1D400, 0x1D4FF}}};

std::string characters(RandomStream& random) {
  const auto [first, last] = scripts[random.below(scripts.size())];
  std::string text;
  for (std::uint64_t n = 1 + random.below(8); n > 0; --n)
    text += utf8(first + static_cast<char32_t>(random.below(last - first + 1)));
  return text;
}

/// Joined and half ones, marks that join, spaces that are none or many.
std::string special(RandomStream& random) {
  static const std::vector<std::string> texts{"👩‍👩‍👧",
                                              "🏳️‍🌈",
                                              "\u200D",
                                              "\uFE0F",
                                              "\u00A0",
                                              "\u2009",
                                              "\u3000",
                                              "\t",
                                              "\n",
                                              "\r\n",
                                              "  ",
                                              "   ",
                                              "\u2581",
                                              "\uFEFF",
                                              "\u202E",
                                              "e\u0301",
                                              "ﬁ",
                                              "ß",
                                              "İ",
                                              "…",
                                              "—",
                                              "’",
                                              "𝔘",
                                              "\uFFFD",
                                              "0x0A",
                                              "1,000.50",
                                              "\u0001"};
  return texts[random.below(texts.size())];
}

std::string spelling(RandomStream& random) {
  static const std::vector<std::string> others{"<s>",    "</s>",       "<unk>",         "<0x41>", "<0x0A>", "⟨s⟩",
                                               "[INST]", "<|im_end|>", "<|endoftext|>", "⟨gen",   "gen⟩",   "⟨⟩"};
  const std::vector<std::string>& commands = command::control_pieces();
  return random.below(2) == 0 ? commands[random.below(commands.size())] : others[random.below(others.size())];
}

std::string piece(RandomStream& random, const Tokenizer& tokenizer) {
  const auto size = static_cast<std::uint64_t>(tokenizer.vocab_size());
  const int id = static_cast<int>(random.below(size));
  if (tokenizer.type(id) != PieceType::normal) return " ";
  std::string text = tokenizer.piece(id);
  if (text.starts_with(space_mark)) text.replace(0, space_mark.size(), " ");
  return text;
}

std::string part(RandomStream& random, const Tokenizer& tokenizer) {
  switch (random.below(8)) {
    case 0: return characters(random);
    case 1: return special(random);
    case 2: return spelling(random);
    default: return piece(random, tokenizer);
  }
}

}  // namespace

std::vector<std::string> odd_texts(const Tokenizer& tokenizer, std::size_t count, std::uint64_t seed) {
  RandomStream random(seed, "odd texts");
  std::vector<std::string> texts{"", " "};
  while (texts.size() < count) {
    std::string text = random.below(4) == 0 ? "" : " ";
    for (std::uint64_t n = 1 + random.below(12); n > 0; --n) text += part(random, tokenizer);
    texts.push_back(std::move(text));
  }
  texts.resize(count);
  return texts;
}

}  // namespace udrl::student
