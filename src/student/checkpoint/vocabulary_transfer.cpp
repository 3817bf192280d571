// Byte-level vocabularies, and the embedding carried over from one. Not for: cutting texts with its merges.
#include "udrl/student/vocabulary_transfer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/members.hpp"
#include "udrl/student/checkpoint.hpp"

namespace udrl::student {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

bool stands_for_itself(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

/// GPT-2's bytes_to_unicode, turned round: character → byte, -1 for none. The other bytes are U+0100, U+0101 … in turn.
std::array<int, 0x200> byte_of_character() {
  std::array<int, 0x200> bytes;
  bytes.fill(-1);
  std::size_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte)
    bytes[stands_for_itself(byte) ? static_cast<std::size_t>(byte) : next++] = byte;
  return bytes;
}

/// The bytes that a token spells; nothing where a character spells none. All that do have one or two bytes in UTF-8.
std::optional<std::string> unspelt(std::string_view token) {
  static const auto bytes = byte_of_character();
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto character = static_cast<unsigned char>(token[i]);
    std::size_t code = character;
    if (character >= 0x80) {
      if ((character & 0xE0) != 0xC0 || i + 1 == token.size()) return std::nullopt;
      code = ((character & 0x1FU) << 6) | (static_cast<unsigned char>(token[++i]) & 0x3FU);
    }
    if (code >= bytes.size() || bytes[code] < 0) return std::nullopt;
    out += static_cast<char>(bytes[code]);
  }
  return out;
}

Error unusable(const fs::path& where, const std::string& got) {
  return user_error("the tokenizer of the model to start from is of a kind that udrl does not read")
      .at(where.string())
      .expected("a student's own, or a byte-level BPE: tokenizer.json, or vocab.json and merges.txt")
      .got(got)
      .hint("save the model's tokenizer into the same folder with save_pretrained");
}

Json parse(const fs::path& file) {
  const std::string text = read_file(file);
  Json json = data::json_or_discarded(text);
  if (json.is_object()) return json;
  const std::string excess = data::json_excess(text);
  throw unusable(file, excess.empty() ? "no JSON object" : "JSON that is too much: " + excess);
}

std::string type_of(const Json& json, const char* part) {
  const std::string type = data::text_in(json.value(part, Json()), "type");
  return type.empty() ? "none" : type;
}

Json vocabulary_of(const fs::path& folder) {
  const fs::path whole = folder / files::tokenizer_json, alone = folder / "vocab.json";
  if (!fs::exists(whole) && fs::exists(alone)) return parse(alone);
  if (!fs::exists(whole)) throw unusable(folder, "neither file");
  const Json json = parse(whole);
  if (type_of(json, "model") != "BPE" || type_of(json, "decoder") != "ByteLevel")
    throw unusable(whole, "a model of type " + type_of(json, "model") + " with a decoder " + type_of(json, "decoder"));
  return json.at("model").value("vocab", Json());
}

std::string replaced_marks(std::string text) {
  for (std::size_t at = 0; (at = text.find(space_mark, at)) != std::string::npos; ++at)
    text.replace(at, space_mark.size(), 1, ' ');
  return text;
}

class Transfer {
 public:
  Transfer(const Embedding& rows, const Noise& noise) : rows_(rows), noise_(noise) {
    std::vector<int> all(rows.values.size() / rows.width);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
    mean_ = mean(all);
  }

  std::vector<float> mean(const std::vector<int>& ids) const {
    std::vector<double> sum(rows_.width);
    for (const int id : ids)
      for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += rows_.values[static_cast<std::size_t>(id) * rows_.width + i];
    std::vector<float> out;
    for (const double value : sum) out.push_back(static_cast<float>(value / static_cast<double>(ids.size())));
    return out;
  }

  std::vector<float> fresh(const std::string& piece) const {
    RandomStream random(noise_.seed, "piece:" + piece);
    std::vector<float> out = mean_;
    for (float& value : out) value += static_cast<float>(noise_.deviation * random.normal());
    return out;
  }

 private:
  const Embedding& rows_;
  const Noise& noise_;
  std::vector<float> mean_;
};

}  // namespace

ByteLevelVocabulary::ByteLevelVocabulary(const std::map<std::string, int>& spelt) {
  for (const auto& [token, id] : spelt) {
    const std::optional<std::string> bytes = unspelt(token);
    if (!bytes || bytes->empty()) continue;
    longest_ = std::max(longest_, bytes->size());
    ids_.emplace(*bytes, id);
  }
}

ByteLevelVocabulary ByteLevelVocabulary::load(const fs::path& folder, int rows) {
  std::map<std::string, int> spelt;
  const Json vocabulary = vocabulary_of(folder);
  for (const auto& item : vocabulary.items()) {
    const Json& id = item.value();
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= static_cast<std::uint64_t>(rows))
      throw unusable(folder,
                     "the id " + data::json_line(id) + " in a model of " + std::to_string(rows) + " embeddings");
    spelt.emplace(item.key(), id.get<int>());
  }
  return ByteLevelVocabulary(spelt);
}

std::optional<int> ByteLevelVocabulary::id(std::string_view bytes) const {
  const auto found = ids_.find(bytes);
  return found == ids_.end() ? std::nullopt : std::optional<int>(found->second);
}

std::vector<int> ByteLevelVocabulary::split(std::string_view bytes) const {
  std::vector<int> out;
  while (!bytes.empty()) {
    std::size_t length = std::min(longest_, bytes.size());
    while (length > 0 && !id(bytes.substr(0, length))) --length;
    if (length > 0) out.push_back(*id(bytes.substr(0, length)));
    bytes.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::string text_of_piece(const Tokenizer& tokenizer, int id) {
  const std::string& piece = tokenizer.piece(id);
  if (tokenizer.type(id) == PieceType::normal) return replaced_marks(piece);
  if (tokenizer.type(id) != PieceType::byte) return {};
  int byte = 0;
  std::from_chars(piece.data() + 3, piece.data() + 5, byte, 16);  // <0x0A>
  return {static_cast<char>(byte)};
}

TransferredEmbedding transfer_embedding(const Tokenizer& to, const ByteLevelVocabulary& from, const Embedding& rows,
                                        const Noise& noise) {
  const Transfer transfer(rows, noise);
  TransferredEmbedding out;
  for (int id = 0; id < to.vocab_size(); ++id) {
    const std::vector<int> parts = from.split(text_of_piece(to, id));
    const std::vector<float> row = parts.empty() ? transfer.fresh(to.piece(id)) : transfer.mean(parts);
    out.values.insert(out.values.end(), row.begin(), row.end());
    ++(parts.empty() ? out.fresh : parts.size() == 1 ? out.same : out.averaged);
  }
  return out;
}

}  // namespace udrl::student
