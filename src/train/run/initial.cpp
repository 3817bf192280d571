// Shape and first weights from another model's folder. Not for: reading its files
// (student/checkpoint/transformers_folder.cpp).
#include "initial.hpp"

#include "udrl/base/error.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/tokenizer_import.hpp"

namespace udrl::train {
namespace {

constexpr const char* token_embedding = "transformer.wte.weight";
constexpr const char* position_embedding = "transformer.wpe.weight";

Error contradicts(const std::string& option, const std::string& expected, int asked) {
  return user_error(option + " contradicts the model to start from")
      .expected(expected)
      .got(std::to_string(asked))
      .hint("leave " + option + " out, or start from another folder");
}

void require_same(const std::string& option, int asked, int by_default, int is) {
  if (asked != by_default && asked != is) throw contradicts(option, std::to_string(is), asked);
}

int positions(int asked, int by_default, int available) {
  if (asked == by_default) return available;
  if (asked > available) throw contradicts("model.context_length", "at most " + std::to_string(available), asked);
  return asked;
}

void require_own_rows(const student::TransformersFolder& folder, const student::Tokenizer& tokenizer) {
  if (folder.config().vocab_size == tokenizer.vocab_size()) return;
  throw user_error("the model to start from has other pieces than its tokenizer")
      .at(folder.path().string())
      .expected(std::to_string(tokenizer.vocab_size()))
      .got(std::to_string(folder.config().vocab_size))
      .hint("its embeddings were resized: save it again with as many as the tokenizer has");
}

}  // namespace

InitialModel::InitialModel(const std::filesystem::path& folder)
    : folder_(folder), tokenizer_(student::student_tokenizer(folder)) {
  if (!tokenizer_) {
    vocabulary_ = student::ByteLevelVocabulary::load(folder, folder_.config().vocab_size);
    return;
  }
  require_own_rows(folder_, *tokenizer_);
  if (data::has_manifest(folder)) learned_ = data::read_manifest(folder).counts;
}

student::StudentConfig InitialModel::shape(const ModelOptions& asked, const student::Tokenizer& tokenizer) const {
  const ModelOptions by_default;
  student::StudentConfig shape = folder_.config();
  require_same("model.layers", asked.layers, by_default.layers, shape.n_layer);
  require_same("model.width", asked.width, by_default.width, shape.n_embd);
  require_same("model.heads", asked.heads, by_default.heads, shape.n_head);
  if (tokenizer_) require_same("model.vocab", asked.vocab, by_default.vocab, shape.vocab_size);
  shape.n_positions = positions(asked.context_length, by_default.context_length, shape.n_positions);
  shape.vocab_size = tokenizer.vocab_size();
  shape.bos_id = tokenizer.bos_id();
  shape.eos_id = tokenizer.eos_id();
  shape.dropout = asked.dropout;
  return shape;
}

std::pair<std::vector<float>, std::string> InitialModel::embedding(const Target& target) const {
  std::vector<float> rows = folder_.values(token_embedding);
  if (tokenizer_) return {std::move(rows), "its tokenizer and weights"};
  const auto width = static_cast<std::size_t>(target.config.n_embd);
  student::TransferredEmbedding made = student::transfer_embedding(target.tokenizer, *vocabulary_, {rows, width},
                                                                   {target.config.initializer_range, target.seed});
  return {std::move(made.values), "its blocks; " + std::to_string(made.same) + " pieces have its embedding, " +
                                      std::to_string(made.averaged) + " the mean of several of its own, " +
                                      std::to_string(made.fresh) + " the mean of all"};
}

std::string InitialModel::write_weights(const Target& target) const {
  auto [rows, said] = embedding(target);
  std::vector<std::vector<float>> values;
  std::vector<student::TensorView> views;
  for (const student::TensorSpec& spec : student::tensor_specs(target.config)) {
    values.push_back(spec.name == token_embedding ? std::move(rows) : folder_.values(spec.name));
    // Positions beyond the run's are cut off.
    if (spec.name == position_embedding) values.back().resize(static_cast<std::size_t>(spec.shape[0] * spec.shape[1]));
    views.push_back(student::view_f32(spec.name, spec.shape, values.back()));
  }
  student::write_weights(target.folder, target.config, views);
  return "starts from " + name() + ": " + said;
}

}  // namespace udrl::train
