// Lines of a model card that are found again where a card is made out of another one (gguf_card.cpp). Not for: what a
// card says (model_card.cpp).
#pragma once

namespace udrl::student::card_lines {

// Where a line begins. Text from data stands on one line, so none of these begins within it.
inline constexpr const char* licence = "\nlicense: ";
inline constexpr const char* transformers_library = "\nlibrary_name: transformers";
inline constexpr const char* tags = "\ntags: [";
inline constexpr const char* name = "\n# ";
inline constexpr const char* with_transformers = "\nWith transformers";
inline constexpr const char* weights = "\nThe weights: ";

inline constexpr const char* server_of_python = "   # or: python -m llama_cpp.server";
inline constexpr const char* mentioning_clients = "llama.cpp or transformers";

}  // namespace udrl::student::card_lines
