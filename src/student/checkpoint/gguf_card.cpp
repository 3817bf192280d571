// A card without what a folder lacks. It is cut out of the text, not written anew: only a training run knows the
// figures, and the terms that people wrote into the card must go along. Not for: the text itself (model_card.cpp).
#include <algorithm>
#include <optional>
#include <string_view>

#include "card_lines.hpp"
#include "quoting.hpp"
#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/student/model_card.hpp"

namespace udrl::student {
namespace {

constexpr std::string_view head_begins = "---\n", head_ends = "\n---\n";

/// Of the YAML header; nothing where there is none.
std::size_t head_size(const std::string& card) {
  const std::size_t end = card.find(head_ends);
  return card.starts_with(head_begins) && end != std::string::npos ? end : 0;
}

struct Place {
  std::size_t at = 0, size = 0;
};

/// What stands behind `begin` up to the line's end.
std::optional<Place> rest_of_line(const std::string& card, std::string_view begin, std::size_t from, std::size_t to) {
  const std::size_t found = card.find(begin, from);
  if (found == std::string::npos || found >= to) return std::nullopt;
  const std::size_t at = found + begin.size();
  return Place{at, std::min(card.find('\n', at), card.size()) - at};
}

std::optional<Place> licence_place(const std::string& card) {
  return rest_of_line(card, card_lines::licence, 0, head_size(card));
}

std::optional<Place> name_place(const std::string& card) {
  return rest_of_line(card, card_lines::name, head_size(card), card.size());
}

std::string text_at(const std::string& card, const std::optional<Place>& place, const std::string& what) {
  if (place) return card.substr(place->at, place->size);
  throw user_error("the model card does not say " + what)
      .expected("a head with \"license: …\", and a first heading")
      .hint("put back the README.md that udrl-train wrote");
}

std::string from_yaml(const std::string& word) {
  const data::Json json = word.starts_with('"') ? data::json_or_discarded(word) : data::Json();
  return json.is_string() ? json.get<std::string>() : word;
}

void replace_first(std::string& card, std::string_view old, std::string_view by) {
  if (const std::size_t at = card.find(old); at != std::string::npos) card.replace(at, old.size(), by);
}

void say_gguf(std::string& card) {
  const std::size_t head = head_size(card);
  if (const auto tags = rest_of_line(card, card_lines::tags, 0, head);
      tags && card.substr(tags->at, tags->size).find("gguf") == std::string::npos)
    card.insert(tags->at, "gguf, ");
  if (card.find(card_lines::transformers_library) < head)
    replace_first(card, card_lines::transformers_library, "\nlibrary_name: gguf");
}

/// The paragraph and the program behind it.
void cut_transformers(std::string& card) {
  constexpr std::string_view opened = "\n```python\n", closed = "\n```\n";
  const std::size_t at = card.find(card_lines::with_transformers);
  const std::size_t program = at == std::string::npos ? at : card.find(opened, at);
  const std::size_t end = program == std::string::npos ? program : card.find(closed, program + opened.size());
  if (end != std::string::npos) card.erase(at, end + closed.size() - at);
}

/// What packages of Python would be needed for.
void cut_python(std::string& card) {
  cut_transformers(card);
  replace_first(card, "In a chat with " + std::string(card_lines::mentioning_clients), "In a chat with llama.cpp");
  const auto server = rest_of_line(card, "\nllama-server -m ", head_size(card), card.size());
  if (!server) return;
  const std::size_t other = card.substr(server->at, server->size).find(card_lines::server_of_python);
  if (other != std::string::npos) card.erase(server->at + other, server->size - other);
}

void say_licence(std::string& card, const std::string& licence, const std::string& before) {
  const auto place = licence_place(card);
  card.replace(place.value().at, place.value().size, yaml_word(licence));
  replace_first(card, card_lines::weights + markdown_text(before) + ".",
                card_lines::weights + markdown_text(licence) + ".");
}

}  // namespace

CardNames names_of_card(const std::string& card) {
  return {.name = from_markdown_text(text_at(card, name_place(card), "what the student is called")),
          .licence = from_yaml(text_at(card, licence_place(card), "under which licence the weights are"))};
}

std::string gguf_card_text(std::string card, const CardNames& names) {
  const CardNames before = names_of_card(card);
  if (names.licence != before.licence) say_licence(card, names.licence, before.licence);
  if (names.name != before.name) {
    const auto place = name_place(card);
    card.replace(place.value().at, place.value().size, markdown_text(names.name));
  }
  say_gguf(card);
  cut_python(card);
  return card;
}

}  // namespace udrl::student
