// Reads what it needs of a request in place, and writes JSON by hand: a parser would be most of the work.
#include "answers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

#include "chance.hpp"

namespace udrl::stub {
namespace {

constexpr std::size_t longest_wish = 400;  ///< bytes of a request that its answer repeats
constexpr std::uint64_t bytes_a_token = 4;

/// The value of a key as it stands in the text, from behind its colon; `last`: of the last such key. A key within a
/// string does not match: its second quotation mark is escaped.
std::string_view raw_value(std::string_view text, std::string_view key, bool last = false) {
  const std::string quoted = "\"" + std::string(key) + "\"";
  const std::size_t at = last ? text.rfind(quoted) : text.find(quoted);
  if (at == std::string_view::npos) return {};
  const std::size_t value = text.find_first_not_of(" \t\r\n:", at + quoted.size());
  return value == std::string_view::npos ? std::string_view() : text.substr(value);
}

/// A string's inside, still escaped, as it can stand in other JSON.
std::string_view raw_string(std::string_view value) {
  if (value.empty() || value[0] != '"') return {};
  std::size_t end = 1;
  while (end < value.size() && value[end] != '"') end += value[end] == '\\' ? 2 : 1;
  return end < value.size() ? value.substr(1, end - 1) : std::string_view();
}

std::uint64_t most_tokens(std::string_view body) {
  std::string_view value = raw_value(body, "max_tokens");
  if (value.empty()) value = raw_value(body, "max_completion_tokens");
  const std::uint64_t most = value.empty() ? 0 : std::strtoull(std::string(value.substr(0, 12)).c_str(), nullptr, 10);
  return most == 0 ? UINT64_MAX : most;
}

template <std::size_t N>
const char* pick(const std::array<const char*, N>& words, std::uint64_t hash) {
  return words[hash % N];
}

/// Words that fit any wish, the wish before them, and the hash behind them, which tells whose answer it is.
std::string text_for(std::string_view wish, std::uint64_t hash) {
  static constexpr std::array<const char*, 8> mediums = {"watercolour", "linocut", "photograph", "engraving",
                                                         "collage",     "fresco",  "etching",    "pastel"};
  static constexpr std::array<const char*, 8> objects = {"lantern", "ladder", "teapot", "bicycle",
                                                         "orchid",  "kite",   "violin", "anchor"};
  static constexpr std::array<const char*, 8> places = {"harbour", "orchard", "station", "workshop",
                                                        "meadow",  "library", "kitchen", "market"};
  static constexpr std::array<const char*, 8> colours = {"amber", "teal",   "ivory",  "crimson",
                                                         "sage",  "indigo", "copper", "slate"};
  std::string text(wish.empty() || wish.size() > longest_wish ? "whatever was asked" : wish);
  text += std::string(" as a ") + pick(mediums, hash) + " with one " + pick(objects, hash >> 8U) + " before a quiet ";
  text += std::string(pick(places, hash >> 16U)) + ", evening light, " + pick(colours, hash >> 24U) + " over ";
  return text + pick(colours, (hash >> 24U) + 1 + (hash >> 32U) % 7) + ", plate " + hex(hash);
}

std::uint64_t words_in(std::string_view text) {
  return 1 + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), ' '));
}

/// Between words, so that no escape is cut.
void keep_words(std::string& text, std::uint64_t count) {
  std::size_t end = 0;
  for (; count > 0 && end != std::string::npos; --count) end = text.find(' ', end + (end > 0 ? 1 : 0));
  if (end != std::string::npos) text.resize(end);
}

std::string completion_json(std::string_view asked, bool is_chat, const Bill& bill, const std::string& choice) {
  const std::string_view model = raw_string(raw_value(asked, "model"));
  std::string body = is_chat ? R"("object":"chat.completion")" : R"("object":"text_completion")";
  body += R"(,"created":1700000000,"model":")" + std::string(model) + R"(","choices":[{"index":0,"logprobs":null,)";
  body += choice + R"(}],"usage":{"prompt_tokens":)" + std::to_string(bill.prompt_tokens);
  body += R"(,"completion_tokens":)" + std::to_string(bill.generated_tokens);
  return body + R"(,"total_tokens":)" + std::to_string(bill.prompt_tokens + bill.generated_tokens) + "}}";
}

}  // namespace

Answer answer_to(std::string_view asked, bool is_chat, const std::string& id) {
  const std::uint64_t hash = hash_of(asked), most = most_tokens(asked);
  std::string text = text_for(raw_string(raw_value(asked, is_chat ? "content" : "prompt", true)), hash);
  const bool is_cut = words_in(text) > most;
  if (is_cut) keep_words(text, most);
  // Some words are of two tokens.
  const Bill bill{hash, asked.size() / bytes_a_token + 1, std::min(most, words_in(text) + (hash >> 40U) % 8)};
  const std::string said = is_chat ? R"("message":{"role":"assistant","content":")" + text + R"("})"  //
                                   : R"("text":")" + text + "\"";
  const std::string choice = R"("finish_reason":")" + std::string(is_cut ? "length" : "stop") + "\"," + said;
  return {bill, R"({"id":")" + id + "\"," + completion_json(asked, is_chat, bill, choice)};
}

}  // namespace udrl::stub
