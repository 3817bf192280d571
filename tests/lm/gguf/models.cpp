// Tiny GGUF models with random weights, written through gguf.h. Not for: text that makes sense.
#include "models.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <vector>

#include "catch.hpp"
#include "ggml.h"
#include "gguf.h"
#include "udrl/base/process.hpp"
#include "udrl/base/random.hpp"

namespace fs = std::filesystem;
using namespace udrl::lm;

namespace {

constexpr int width = 64;
constexpr int heads = 4;
constexpr int hidden = 128;
constexpr int layers = 2;

constexpr const char* chatml =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + "
    "'<|im_end|>' + "
    "'\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

std::string utf8(unsigned code) {
  if (code < 0x80) return {static_cast<char>(code)};
  return {static_cast<char>(0xC0 | (code >> 6U)), static_cast<char>(0x80 | (code & 0x3FU))};
}

/// GPT-2's table of printable characters that stand for bytes.
std::vector<std::string> byte_tokens() {
  std::vector<std::string> tokens;
  unsigned next = 256;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    tokens.push_back(utf8(printable ? byte : next++));
  }
  return tokens;
}

struct Vocab {
  std::vector<std::string> tokens = byte_tokens();
  std::vector<std::string> merges;
  std::vector<std::int32_t> types;
  Vocab() {
    for (const auto& [a, b] : {std::pair("h", "e"), std::pair("i", "n"), std::pair("t", "he"), std::pair("o", "n")}) {
      merges.push_back(std::string(a) + " " + b);
      tokens.push_back(std::string(a) + b);
    }
    types.assign(tokens.size(), 1);
    for (const char* special : {"<|im_start|>", "<|im_end|>", "<|other|>"}) {
      tokens.emplace_back(special);
      types.push_back(3);
    }
  }
};

class Writer {
 public:
  explicit Writer(const TinyModel& model)
      : model_(model),
        gguf_(gguf_init_empty()),
        ggml_(ggml_init({16U << 20U, nullptr, false})),
        random_(model.seed, "tiny") {}
  ~Writer() {
    ggml_free(ggml_);
    gguf_free(gguf_);
  }

  void write(const fs::path& file) {
    write_metadata();
    model_.sentencepiece ? write_sentencepiece() : write_vocabulary();
    model_.architecture == "gpt2" ? write_gpt2() : write_llama();
    REQUIRE(gguf_write_to_file(gguf_, file.c_str(), false));
  }

 private:
  void number(const std::string& key, std::uint32_t value) {
    gguf_set_val_u32(gguf_, (model_.architecture + key).c_str(), value);
  }

  void write_metadata() {
    gguf_set_val_str(gguf_, "general.architecture", model_.architecture.c_str());
    gguf_set_val_str(gguf_, "general.name", "tiny random model");
    number(".context_length", static_cast<std::uint32_t>(model_.positions));
    number(".embedding_length", width);
    number(".block_count", layers);
    number(".feed_forward_length", hidden);
    number(".attention.head_count", heads);
    number(".attention.head_count_kv", heads);
    const char* epsilon =
        model_.architecture == "gpt2" ? ".attention.layer_norm_epsilon" : ".attention.layer_norm_rms_epsilon";
    gguf_set_val_f32(gguf_, (model_.architecture + epsilon).c_str(), 1e-5F);
  }

  static std::vector<const char*> pointers(const std::vector<std::string>& strings) {
    std::vector<const char*> out;
    for (const std::string& s : strings) out.push_back(s.c_str());
    return out;
  }

  void write_vocabulary() {
    auto tokens = pointers(vocab_.tokens);
    auto merges = pointers(vocab_.merges);
    gguf_set_val_str(gguf_, "tokenizer.ggml.model", "gpt2");
    gguf_set_val_str(gguf_, "tokenizer.ggml.pre", "gpt-2");
    gguf_set_arr_str(gguf_, "tokenizer.ggml.tokens", tokens.data(), tokens.size());
    gguf_set_arr_str(gguf_, "tokenizer.ggml.merges", merges.data(), merges.size());
    gguf_set_arr_data(gguf_, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, vocab_.types.data(), vocab_.types.size());
    const auto count = static_cast<std::uint32_t>(tokens.size());
    gguf_set_val_u32(gguf_, "tokenizer.ggml.bos_token_id", count - 3);
    gguf_set_val_u32(gguf_, "tokenizer.ggml.eos_token_id", count - 2);
    gguf_set_val_bool(gguf_, "tokenizer.ggml.add_bos_token", false);
    if (model_.chat_template) gguf_set_val_str(gguf_, "tokenizer.chat_template", chatml);
  }

  void write_sentencepiece() {
    vocab_.tokens = {"<unk>", "<s>", "</s>"};
    vocab_.types = {2, 3, 3};
    char byte[8];
    for (int i = 0; i < 256; ++i) {
      std::snprintf(byte, sizeof byte, "<0x%02X>", i);
      vocab_.tokens.emplace_back(byte);
      vocab_.types.push_back(6);
    }
    for (const char* piece : {"▁", "a", "b", "c", "d", "e", "▁a"}) {
      vocab_.tokens.emplace_back(piece);
      vocab_.types.push_back(1);
    }
    const std::vector<float> scores(vocab_.tokens.size(), -1.0F);
    auto tokens = pointers(vocab_.tokens);
    gguf_set_val_str(gguf_, "tokenizer.ggml.model", "llama");
    gguf_set_arr_str(gguf_, "tokenizer.ggml.tokens", tokens.data(), tokens.size());
    gguf_set_arr_data(gguf_, "tokenizer.ggml.scores", GGUF_TYPE_FLOAT32, scores.data(), scores.size());
    gguf_set_arr_data(gguf_, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, vocab_.types.data(), vocab_.types.size());
    gguf_set_val_u32(gguf_, "tokenizer.ggml.bos_token_id", 1);
    gguf_set_val_u32(gguf_, "tokenizer.ggml.eos_token_id", 2);
    gguf_set_val_bool(gguf_, "tokenizer.ggml.add_bos_token", true);
  }

  ggml_tensor* tensor(const std::string& name, std::int64_t columns, std::int64_t rows) {
    ggml_tensor* made = rows > 0 ? ggml_new_tensor_2d(ggml_, GGML_TYPE_F32, columns, rows)
                                 : ggml_new_tensor_1d(ggml_, GGML_TYPE_F32, columns);
    ggml_set_name(made, name.c_str());
    return made;
  }
  void random_tensor(const std::string& name, std::int64_t columns, std::int64_t rows, double deviation) {
    ggml_tensor* made = tensor(name, columns, rows);
    auto* values = static_cast<float*>(made->data);
    for (std::int64_t i = 0; i < ggml_nelements(made); ++i)
      values[i] = static_cast<float>(deviation * random_.normal());
    gguf_add_tensor(gguf_, made);
  }
  void constant_tensor(const std::string& name, std::int64_t columns, float value) {
    ggml_tensor* made = tensor(name, columns, 0);
    std::fill_n(static_cast<float*>(made->data), columns, value);
    gguf_add_tensor(gguf_, made);
  }
  void matrix(const std::string& name, std::int64_t columns, std::int64_t rows) {
    random_tensor(name, columns, rows, 0.15);
  }
  void norm(const std::string& name, bool bias) {
    constant_tensor(name + ".weight", width, 1.0F);
    if (bias) random_tensor(name + ".bias", width, 0, 0.1);
  }

  void write_llama() {
    const auto count = static_cast<std::int64_t>(vocab_.tokens.size());
    random_tensor("token_embd.weight", width, count, 1.0);
    norm("output_norm", false);
    random_tensor("output.weight", width, count, 0.3);
    for (int layer = 0; layer < layers; ++layer) {
      const std::string block = "blk." + std::to_string(layer) + ".";
      norm(block + "attn_norm", false);
      for (const char* part : {"attn_q", "attn_k", "attn_v"}) {
        matrix(block + part + ".weight", width, width);
        if (model_.architecture == "qwen2") random_tensor(block + part + ".bias", width, 0, 0.1);
      }
      matrix(block + "attn_output.weight", width, width);
      norm(block + "ffn_norm", false);
      matrix(block + "ffn_gate.weight", width, hidden);
      matrix(block + "ffn_up.weight", width, hidden);
      matrix(block + "ffn_down.weight", hidden, width);
    }
  }

  void biased(const std::string& name, std::int64_t columns, std::int64_t rows) {
    matrix(name + ".weight", columns, rows);
    random_tensor(name + ".bias", rows, 0, 0.1);
  }

  void write_gpt2() {
    const auto count = static_cast<std::int64_t>(vocab_.tokens.size());
    random_tensor("token_embd.weight", width, count, 1.0);
    random_tensor("position_embd.weight", width, model_.positions, 0.5);
    norm("output_norm", true);
    random_tensor("output.weight", width, count, 0.3);
    for (int layer = 0; layer < layers; ++layer) {
      const std::string block = "blk." + std::to_string(layer) + ".";
      norm(block + "attn_norm", true);
      biased(block + "attn_qkv", width, 3 * width);
      biased(block + "attn_output", width, width);
      norm(block + "ffn_norm", true);
      biased(block + "ffn_up", width, hidden);
      biased(block + "ffn_down", hidden, width);
    }
  }

  TinyModel model_;
  Vocab vocab_;
  gguf_context* gguf_;
  ggml_context* ggml_;
  udrl::RandomStream random_;
};

}  // namespace

std::unique_ptr<LanguageModel> real_model(const std::string& file, int slots) {
  udrl::set_compute_threads(1);
  ModelOptions options;
  options.gguf = fs::path(UDRL_SOURCE_DIR) / "models" / file;
  options.slots = slots;
  if (fs::exists(options.gguf)) return open_model(options);
  WARN("not tested: models/" << file << " is not there; run scripts/fetch_models.sh");
  return nullptr;
}

TestFolder::TestFolder() {
  static std::atomic<int> count{0};
  path_ = fs::temp_directory_path() / ("udrl-lm-" + std::to_string(getpid()) + "-" + std::to_string(count++));
  fs::create_directories(path_);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void write_tiny_model(const fs::path& file, const TinyModel& model) { Writer(model).write(file); }

std::unique_ptr<LanguageModel> tiny_model(const TestFolder& folder, const TinyModel& model, ModelOptions options) {
  udrl::set_compute_threads(1);  // on a busy machine two threads wait for each other longer than a tiny model computes
  options.gguf = folder.path() / (model.architecture + std::to_string(model.seed) + ".gguf");
  write_tiny_model(options.gguf, model);
  return open_model(options);
}
