// Asking a trained sentencepiece model: pieces, ids, text to ids and back. Not for: training (train.cpp).
#include "udrl/student/tokenizer.hpp"

#include <sentencepiece_processor.h>

#include <exception>
#include <unordered_map>

#include "model_bytes.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::student {
namespace {

constexpr std::string_view closing = "⟩";  // ends the spelling of every control piece

const char* const cure = "use the tokenizer.model that udrl-train wrote beside these weights";

PieceType type_of(const sentencepiece::SentencePieceProcessor& model, int id) {
  if (model.IsUnknown(id)) return PieceType::unknown;
  if (model.IsControl(id)) return PieceType::control;
  if (model.IsByte(id)) return PieceType::byte;
  if (model.IsUnused(id)) return PieceType::unused;
  return PieceType::normal;
}

/// The largest that are known, of 260,000 pieces, have 4. Of a piece that is empty sentencepiece makes 45 times its
/// bytes.
constexpr std::size_t longest_model_mib = 16;

void refuse_unsafe(std::string_view bytes, const std::string& where) {
  if (bytes.size() > longest_model_mib << 20U) {
    throw user_error("the tokenizer is too long")
        .at(where)
        .expected("at most " + std::to_string(longest_model_mib) + " MiB")
        .got(std::to_string(bytes.size()) + " bytes")
        .hint(cure);
  }
  switch (kind_of(bytes)) {
    case ModelBytes::plain: return;
    case ModelBytes::broken:
      throw user_error("not a sentencepiece model").at(where).got("no whole message of protobuf").hint(cure);
    case ModelBytes::with_table:
      throw user_error("the tokenizer changes texts by a table of characters, which is not opened")
          .at(where)
          .got("a precompiled_charsmap")
          .hint(std::string(cure) + "; one of your own is trained with normalization_rule_name=identity");
  }
}

}  // namespace

struct Tokenizer::Impl {
  sentencepiece::SentencePieceProcessor model;
  std::unordered_map<std::string, int> ids;
  std::vector<PieceType> types;
  std::string bytes, sha256;

  void load(const std::string& where) {
    refuse_unsafe(bytes, where);
    if (const std::string why = reason_not_to_load(); !why.empty())
      throw user_error("not a sentencepiece model").at(where).got(why).hint(cure);
    for (int id = 0; id < model.GetPieceSize(); ++id) {
      ids.emplace(model.IdToPiece(id), id);
      types.push_back(type_of(model, id));
    }
    if (model.bos_id() < 0 || model.eos_id() < 0 || model.unk_id() < 0)
      throw user_error("the tokenizer lacks the pieces that begin or end a sequence").at(where).hint(cure);
    sha256 = udrl::sha256(bytes);
  }

  /// "" where it is loaded. sentencepiece throws what it finds wrong while it indexes the pieces.
  std::string reason_not_to_load() {
    try {
      const auto status = model.LoadFromSerializedProto(bytes);
      if (!status.ok()) return status.ToString();
    } catch (const std::exception& error) {
      return error.what();
    }
    return model.GetPieceSize() == 0 ? "no pieces" : "";
  }

  bool known(int id) const { return id >= 0 && id < static_cast<int>(types.size()); }

  int control_id(std::string_view piece) const {
    const auto found = ids.find(std::string(piece));
    if (found != ids.end() && types[static_cast<std::size_t>(found->second)] == PieceType::control)
      return found->second;
    throw user_error("the tokenizer has no such control piece: " + std::string(piece))
        .hint("ask within commands.json of this student");
  }

  // "⟨task:0⟩⟨words:18⟩": each piece ends with the closing bracket, which no spelling holds elsewhere.
  void append_controls(std::string_view text, std::vector<int>& out) const {
    while (!text.empty()) {
      const std::size_t end = text.find(closing);
      const std::size_t length = end == std::string_view::npos ? text.size() : end + closing.size();
      out.push_back(control_id(text.substr(0, length)));
      text.remove_prefix(length);
    }
  }

  void append_text(std::string_view text, std::vector<int>& out) const {
    std::vector<int> encoded;
    const auto status = model.Encode(text, &encoded);
    if (!status.ok()) throw failure("a text cannot be encoded").got(status.ToString());
    out.insert(out.end(), encoded.begin(), encoded.end());
  }
};

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer Tokenizer::load(const std::filesystem::path& file) { return from_bytes(read_file(file), file.string()); }

Tokenizer Tokenizer::from_bytes(std::string bytes, const std::string& where) {
  auto impl = std::make_unique<Impl>();
  impl->bytes = std::move(bytes);
  impl->load(where);
  return Tokenizer(std::move(impl));
}

int Tokenizer::vocab_size() const { return static_cast<int>(impl_->types.size()); }
int Tokenizer::unk_id() const { return impl_->model.unk_id(); }
int Tokenizer::bos_id() const { return impl_->model.bos_id(); }
int Tokenizer::eos_id() const { return impl_->model.eos_id(); }
const std::string& Tokenizer::piece(int id) const { return impl_->model.IdToPiece(id); }
double Tokenizer::score(int id) const { return static_cast<double>(impl_->model.GetScore(id)); }
PieceType Tokenizer::type(int id) const { return impl_->types.at(static_cast<std::size_t>(id)); }
const std::string& Tokenizer::bytes() const { return impl_->bytes; }
const std::string& Tokenizer::sha256() const { return impl_->sha256; }

std::optional<int> Tokenizer::id(std::string_view piece) const {
  const auto found = impl_->ids.find(std::string(piece));
  return found == impl_->ids.end() ? std::nullopt : std::optional<int>(found->second);
}

std::vector<int> Tokenizer::encode(std::string_view text) const {
  std::vector<int> out;
  impl_->append_text(text, out);
  return out;
}

std::vector<int> Tokenizer::encode(const lm::Prompt& prompt, bool add_bos) const {
  std::vector<int> out;
  if (add_bos) out.push_back(bos_id());
  for (const lm::Segment& segment : prompt)
    segment.control ? impl_->append_controls(segment.text, out) : impl_->append_text(segment.text, out);
  return out;
}

std::string Tokenizer::decode(std::span<const int> ids) const {
  std::vector<int> kept;
  for (const int id : ids) {
    const bool text = impl_->known(id) && !is_control(id) && type(id) != PieceType::unknown;
    if (text) kept.push_back(id);
  }
  std::string out;
  const auto status = impl_->model.Decode(kept, &out);
  if (!status.ok()) throw failure("tokens cannot be decoded").got(status.ToString());
  return out;
}

}  // namespace udrl::student
