// tokenizer.json → tokenizer.model: the pieces as a sentencepiece ModelProto. Not for: the way back
// (tokenizer/export.cpp).
#include "udrl/student/tokenizer_import.hpp"

#include <bit>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "tokenizer/export.hpp"
#include "tokenizer/model_bytes.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::student {
namespace {

using Json = nlohmann::json;

/// A protobuf message, field by field. The header that sentencepiece generates for its own is not installed.
class Message {
 public:
  Message& number(int field, std::uint64_t value) {
    varint(static_cast<std::uint64_t>(field) << 3);
    varint(value);
    return *this;
  }
  Message& real(int field, float value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>((bits >> shift) & 0xFF);
    return *this;
  }
  Message& text(int field, std::string_view value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

// ModelProto.SentencePiece.Type
enum WireType : std::uint64_t { wire_normal = 1, wire_unknown = 2, wire_control = 3, wire_byte = 6 };

Error not_ours(const std::string& what) {
  return user_error("tokenizer.json is not as udrl-train wrote it: " + what)
      .hint("put the tokenizer.model of the first checkpoint beside it");
}

std::vector<std::string> pieces_by_id(const Json& vocab) {
  std::vector<std::string> pieces(vocab.size());
  for (const auto& item : vocab.items()) {
    const auto id = item.value().is_number_unsigned() ? item.value().get<std::size_t>() : pieces.size();
    if (id >= pieces.size() || !pieces[id].empty()) throw not_ours("its ids are not 0, 1, 2 …");
    pieces[id] = item.key();
  }
  return pieces;
}

std::set<std::string> control_pieces_of(const Json& json, const std::string& unknown) {
  std::set<std::string> controls;
  for (const Json& token : json.at("added_tokens")) controls.insert(token.at("content").get<std::string>());
  controls.erase(unknown);
  return controls;
}

bool is_byte_piece(const std::string& piece) {
  return piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with(">");
}

// The trainer's scores: 0 for what is not text, then -0, -1, -2 … in the order of the ids.
std::string piece_messages(const std::vector<std::string>& pieces, const std::set<std::string>& controls,
                           const std::string& unknown) {
  Message model;
  int texts = 0;
  for (const std::string& piece : pieces) {
    const WireType type = piece == unknown           ? wire_unknown
                          : controls.contains(piece) ? wire_control
                          : is_byte_piece(piece)     ? wire_byte
                                                     : wire_normal;
    const float score = type == wire_normal ? static_cast<float>(-texts++) : 0.0F;
    model.text(1, Message().text(1, piece).real(2, score).number(3, type).bytes());
  }
  return model.bytes();
}

// As tokenizer/train.cpp asks the trainer: a BPE with byte fallback, texts taken as they are.
std::string settings_messages(std::size_t size) {
  const Message trainer =
      Message().number(3, 2).number(4, size).number(35, 1).number(40, 0).number(41, 1).number(42, 2);
  const Message specials = Message(trainer).text(45, "⟨unk⟩").text(46, "⟨s⟩").text(47, "⟨/s⟩");
  const Message normalizer = Message().text(1, "identity").number(3, 0).number(4, 0).number(5, 1);
  return Message().text(2, specials.bytes()).text(3, normalizer.bytes()).bytes();
}

std::string rebuilt(const Json& json, const std::string& where) {
  const Json& model = json.at("model");
  const std::string unknown = model.at("unk_token");
  const std::vector<std::string> pieces = pieces_by_id(model.at("vocab"));
  const std::string bytes =
      piece_messages(pieces, control_pieces_of(json, unknown), unknown) + settings_messages(pieces.size());
  // Merges say how texts are cut: where the rebuilt model has the same, it cuts as this file does.
  const Json again = data::parse_json(tokenizer_json(Tokenizer::from_bytes(bytes, where)));
  if (again.at("model") != model || again.at("normalizer") != json.at("normalizer"))
    throw not_ours("it has other pieces, merges or settings");
  return bytes;
}

bool has_control_pieces(const Tokenizer& tokenizer) {
  const auto id = tokenizer.id(command::gen_piece);
  return id && tokenizer.is_control(*id);
}

/// A model with a table of characters is no student's, and stays unopened.
std::optional<Tokenizer> if_students(const std::filesystem::path& file) {
  std::string bytes = read_file(file);
  if (kind_of(bytes) == ModelBytes::with_table) return std::nullopt;
  Tokenizer tokenizer = Tokenizer::from_bytes(std::move(bytes), file.string());
  if (has_control_pieces(tokenizer)) return tokenizer;
  return std::nullopt;
}

}  // namespace

std::string tokenizer_model_from_json(std::string_view json, const std::string& where) {
  try {
    data::check_json_excess(json);
    return rebuilt(data::json_or_discarded(json), where);
  } catch (const Json::exception& error) {
    throw not_ours("a field is missing or of another kind").at(where).got(error.what());
  } catch (Error& error) {
    throw error.at(where);
  }
}

std::optional<Tokenizer> student_tokenizer(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder / files::tokenizer)) return if_students(folder / files::tokenizer);
  const std::filesystem::path file = folder / files::tokenizer_json;
  if (!std::filesystem::exists(file)) return std::nullopt;
  const std::string text = read_file(file);
  const Json json = data::json_or_discarded(text);
  const Json::json_pointer gen(std::string("/model/vocab/").append(command::gen_piece));
  if (!json.is_object() || !json.contains(gen)) return std::nullopt;
  return Tokenizer::from_bytes(tokenizer_model_from_json(text, file.string()), file.string());
}

}  // namespace udrl::student
