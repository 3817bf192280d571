// The student's tokenizer: a sentencepiece BPE model whose control pieces no text can spell. Trained, loaded and asked
// here. Not for: what a sequence holds (command/schema.hpp), other tokenizer files (tokenizer_import.hpp, export.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "udrl/lm/language_model.hpp"

namespace udrl::student {

struct TokenizerOptions {
  int vocab_size = 4096;               ///< all pieces: <unk> <s> </s>, control pieces, 256 bytes, characters, merges
  double character_coverage = 0.9995;  ///< (0.98, 1]: rarer characters are spelt in bytes
  int max_piece_length = 16;           ///< characters a piece, 1 to 512
};

/// Gives the next text as it stands in a sequence, its leading space included (" holiday sale"), or nothing at the end.
/// Views must stay valid until the next call.
using TextSource = std::function<std::optional<std::string_view>()>;

/// Trains a model; returns the bytes of tokenizer.model. The same texts in the same order give the same bytes. Needs
/// the texts' words and their counts in memory, not more. Ids: <unk> 0, <s> 1, </s> 2, `control_pieces` from 3 on, then
/// bytes. Throws `Error` (user) where the texts are too few for the vocabulary (names the largest that they can fill)
/// or empty.
std::string train_tokenizer(const TextSource& texts, const std::vector<std::string>& control_pieces,
                            const TokenizerOptions& options);
std::string train_tokenizer(std::span<const std::string> texts, const std::vector<std::string>& control_pieces,
                            const TokenizerOptions& options);

/// How a piece spells a space (U+2581), at its beginning and nowhere else.
inline constexpr std::string_view space_mark = "▁";

enum class PieceType { normal, unknown, control, byte, user_defined, unused };

/// A loaded model. Immutable; safe to share between threads.
class Tokenizer {
 public:
  static Tokenizer load(const std::filesystem::path& file);
  /// From the bytes of a tokenizer.model; `where` names them in errors.
  static Tokenizer from_bytes(std::string bytes, const std::string& where);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  int vocab_size() const;
  int unk_id() const;
  int bos_id() const;
  int eos_id() const;
  const std::string& piece(int id) const;
  double score(int id) const;
  PieceType type(int id) const;
  bool is_control(int id) const { return type(id) == PieceType::control; }
  /// The id of a piece as it is spelt ("⟨gen⟩", "▁sale"), or nothing.
  std::optional<int> id(std::string_view piece) const;

  /// Text alone, without <s>: whatever it spells, no control piece comes out of it.
  std::vector<int> encode(std::string_view text) const;
  /// Segments as they stand; where `add_bos`, <s> first. A control segment is one or more control pieces and nothing
  /// else
  /// ("⟨task:0⟩⟨words:18⟩"): throws `Error` (user) for a piece that the model lacks.
  std::vector<int> encode(const lm::Prompt& prompt, bool add_bos = true) const;
  /// Text of the ids, control pieces and <unk> left out, bytes joined (an incomplete sequence becomes U+FFFD).
  std::string decode(std::span<const int> ids) const;

  /// The bytes of tokenizer.model, and their SHA-256.
  const std::string& bytes() const;
  const std::string& sha256() const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace udrl::student
