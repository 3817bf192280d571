// Sentence embeddings by an encoder such as MiniLM. Not for: comparing them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine.hpp"

namespace udrl::lm {

/// `LanguageModel::embed` on an engine.
std::vector<std::vector<float>> embed_texts(Engine& engine, std::span<const std::string> texts);

}  // namespace udrl::lm
