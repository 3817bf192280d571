// A few products of each kind, timed by both libraries.
#include "udrl/student/gemm.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/core/GradMode.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/fields.hpp"

namespace udrl::student {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double seconds_a_product = 0.01;
constexpr int least_runs = 3;

bool on_gpu(const GemmQuestion& q) { return q.device == Device::cuda; }
/// More change no rate.
std::int64_t most_rows(const GemmQuestion& q) { return on_gpu(q) ? 32768 : 1024; }
/// Products between two waits: a GPU takes them in a queue, and one alone would be timed with the way to it.
int products_a_run(const GemmQuestion& q) { return on_gpu(q) ? 20 : 1; }
constexpr std::int64_t attention_length = 64, attention_heads = 64;

struct Layer {
  const char* name;
  std::int64_t rows, in, out;
  int count;                ///< in the model
  bool transposed = false;  ///< weights are [out, in], as the head's are
};

std::vector<Layer> layers_of(const GemmQuestion& q) {
  const std::int64_t width = q.model.n_embd, inner = q.model.inner();
  const int blocks = q.model.n_layer;
  const std::int64_t rows = std::min(q.rows, most_rows(q)), head_rows = std::max<std::int64_t>(1, rows / 2);
  return {{"attn.c_attn", rows, width, 3 * width, blocks},
          {"attn.c_proj", rows, width, width, blocks},
          {"mlp.c_fc", rows, width, inner, blocks},
          {"mlp.c_proj", rows, inner, width, blocks},
          {"wte", head_rows, width, q.model.vocab_size, 1, true}};
}

using Product = std::function<at::Tensor()>;

/// Seconds of one, the quickest of a few runs, after one that compiles what is compiled for a shape. Reading a value
/// waits for a GPU.
double seconds_of(const Product& product, GemmBackend library, int products) {
  const WithBackend with(library);
  double quickest = 1e30, all = 0;
  for (int run = 0; run <= least_runs || all < seconds_a_product; ++run) {
    const Clock::time_point start = Clock::now();
    for (int i = 1; i < products; ++i) product();
    (void)product().flatten()[0].item<float>();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (run > 0) quickest = std::min(quickest, seconds), all += seconds;
  }
  return std::max(quickest / products, 1e-9);
}

struct Timing {
  GemmBackend library = GemmBackend::mkl;
  double seconds = 0;  ///< by the faster
};

/// Whether either library could multiply. LibTorch itself takes bfloat16 to oneDNN, and what a GPU does elsewhere.
bool is_of_either(const GemmQuestion& q) { return q.device == Device::cpu && !q.bf16; }

/// Whether there is more than one library.
bool can_choose(const GemmQuestion& q) { return is_of_either(q) && onednn_is_exact(); }

/// Both libraries where both can be had.
Timing timed(const Product& product, const GemmQuestion& q) {
  const double mkl = seconds_of(product, GemmBackend::mkl, products_a_run(q));
  if (!can_choose(q)) return {GemmBackend::mkl, mkl};
  const double onednn = seconds_of(product, GemmBackend::onednn, products_a_run(q));
  const GemmBackend asked = q.library == GemmChoice::onednn ? GemmBackend::onednn : GemmBackend::mkl;
  return {q.library == GemmChoice::automatic ? faster(mkl, onednn) : asked, std::min(mkl, onednn)};
}

/// Random values: with equal ones a GPU needs less power, and is up to an eighth faster than a training step can be.
at::Tensor filled(at::IntArrayRef shape, const GemmQuestion& q) {
  return at::rand(shape, at::TensorOptions(at::Device(to_string(q.device))).dtype(q.bf16 ? at::kBFloat16 : at::kFloat));
}

/// Its product of one form, into memory of its own.
Product product_of(const Layer& layer, Form form, const GemmQuestion& q) {
  const at::Tensor x_NI = filled({layer.rows, layer.in}, q), dy_NO = filled({layer.rows, layer.out}, q);
  const at::Tensor w = layer.transposed ? filled({layer.out, layer.in}, q) : filled({layer.in, layer.out}, q);
  const at::Tensor w_IO = layer.transposed ? w.t() : w;
  const auto into = [](at::Tensor out, const at::Tensor& a, const at::Tensor& b) -> Product {
    return [=]() mutable { return at::mm_out(out, a, b); };
  };
  if (form == Form::forward) return into(at::empty_like(dy_NO), x_NI, w_IO);
  if (form == Form::input_gradient) return into(at::empty_like(x_NI), dy_NO, w_IO.t());
  return layer.transposed ? into(at::empty_like(w), dy_NO.t(), x_NI) : into(at::empty_like(w), x_NI.t(), dy_NO);
}

GemmBackend backend_of_attention(const GemmQuestion& q) {
  const std::int64_t size = q.model.head_size();
  const at::Tensor query = filled({attention_heads, attention_length, size}, q);
  return timed([=] { return at::bmm(query, query.transpose(1, 2)); }, q).library;
}

void check_backend(const GemmQuestion& q) {
  if (q.library != GemmChoice::onednn || !is_of_either(q) || onednn_is_exact()) return;
  throw user_error("oneDNN may round float32 to bfloat16 on this processor, which has AMX or is not an x86")
      .hint("leave gemm_backend at auto or set it to mkl; or set precision to bf16");
}

/// What a choice depends on.
std::string situation_of(const GemmQuestion& q) {
  std::string out = processor_description() + ", " + std::to_string(compute_threads()) + " threads, LibTorch " +
                    TORCH_VERSION + ", " + std::to_string(q.model.head_size()) + " a head";
  for (const Layer& layer : layers_of(q)) {
    out += ", " + std::string(layer.name) + " " + std::to_string(layer.rows) + "x" + std::to_string(layer.in) + "x" +
           std::to_string(layer.out);
  }
  return out;
}

/// One that cannot be read is begun anew: it only holds what can be measured again.
nlohmann::json choices_in(const std::filesystem::path& file) {
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown)) return nlohmann::json::object();
  try {
    nlohmann::json choices = data::json_or_discarded(read_file(file));
    if (choices.is_object()) return choices;
  } catch (const Error&) {  // no right to read it
  }
  return nlohmann::json::object();
}

const char* name_of(GemmBackend library) { return library == GemmBackend::onednn ? "onednn" : "mkl"; }

}  // namespace

bool onednn_is_exact() {
#if defined(__x86_64__)
  return processor_description().find("AMX") == std::string::npos;
#else
  return false;
#endif
}

GemmBackend faster(double mkl_seconds, double onednn_seconds) {
  constexpr double clearly = 1.1;
  return onednn_seconds < clearly * mkl_seconds ? GemmBackend::onednn : GemmBackend::mkl;
}

GemmBackend current_backend() {
  return at::globalContext().float32MatmulPrecision() == at::Float32MatmulPrecision::MEDIUM ? GemmBackend::onednn
                                                                                            : GemmBackend::mkl;
}

void use_backend(GemmBackend library) {
  // "medium" lets oneDNN multiply; without AMX it has nothing to round with, and computes in float32.
  if (library != current_backend()) {
    at::globalContext().setFloat32MatmulPrecision(library == GemmBackend::onednn ? "medium" : "highest");
  }
}

WithBackend::WithBackend(GemmBackend library) : before_(current_backend()) { use_backend(library); }
WithBackend::~WithBackend() { use_backend(before_); }

GemmPlan GemmPlan::measure(const GemmQuestion& q) {
  check_backend(q);
  const c10::NoGradGuard no_grad;
  GemmPlan out;
  double operations = 0, seconds = 0;
  for (const Layer& layer : layers_of(q)) {
    for (const Form form : forms) {
      const Timing timing = timed(product_of(layer, form, q), q);
      out.layers_[layer.name].set(form, timing.library);
      operations += layer.count * 2.0 * static_cast<double>(layer.rows * layer.in * layer.out);
      seconds += layer.count * timing.seconds;
    }
  }
  out.others_ = backend_of_attention(q);
  out.best_rate_ = operations / seconds;
  return out;
}

void GemmPlan::agree_with(const std::filesystem::path& file, const GemmQuestion& q) {
  if (q.library != GemmChoice::automatic || !can_choose(q)) return;
  const std::string situation = situation_of(q);
  nlohmann::json choices = choices_in(file);
  try {
    if (choices.contains(situation)) return read_text(data::json_line(choices[situation]), file);
  } catch (const Error&) {  // damaged: this choice takes its place
  }
  choices[situation] = data::parse_json(to_text());
  try {
    make_folder(file.parent_path());
    data::write_json(file, choices);
  } catch (const Error&) {  // the next run chooses for itself
  }
}

void GemmPlan::go_on_with(const std::string& text, const std::string& where, const GemmQuestion& q) {
  if (can_choose(q)) read_text(text, where);
}

LayerGemm GemmPlan::of(const std::string& layer) const {
  const auto found = layers_.find(layer);
  return found == layers_.end() ? LayerGemm{} : found->second;
}

std::string GemmPlan::description() const {
  std::size_t onednn = 0;
  for (const auto& [name, gemm] : layers_) onednn += std::bitset<64>(gemm.bits()).count();
  const std::size_t all = layers_.size() * forms.size();
  if (onednn == 0) return "MKL";
  if (onednn == all) return "oneDNN";
  return std::to_string(onednn) + " products by oneDNN, " + std::to_string(all - onednn) + " by MKL";
}

std::string GemmPlan::to_text() const {
  nlohmann::ordered_json json{{"others", name_of(others_)}};
  for (const auto& [name, gemm] : layers_)
    for (const Form form : forms) json["layers"][name].push_back(name_of(gemm.of(form)));
  return data::json_line(json);
}

void GemmPlan::read_text(const std::string& text, const std::string& where) {
  try {
    const auto json = data::json_or_discarded(text);
    const auto library = [](const nlohmann::json& name) {
      return name.get<std::string>() == "onednn" ? GemmBackend::onednn : GemmBackend::mkl;
    };
    const GemmBackend others = library(json.at("others"));
    std::map<std::string, LayerGemm> layers = layers_;
    for (const auto& [name, libraries] : json.at("layers").items())
      for (const Form form : forms) layers[name].set(form, library(libraries.at(static_cast<std::size_t>(form))));
    others_ = others;
    layers_ = std::move(layers);
  } catch (const nlohmann::json::exception& error) {
    throw user_error("the saved choice of GEMM backends cannot be read").at(where).got(error.what());
  }
}

}  // namespace udrl::student
