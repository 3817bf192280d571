// Products by ggml's processor back-end, and the same by plain sums.
#include "product_check.hpp"

#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string_view>

#include "ggml-alloc.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "ggml.h"

namespace udrl::lm {
namespace {

constexpr int inner = 512, rows = 64;  // what every type and every layout can hold
constexpr int threads = 2;
/// Activations are rounded to 8 bits or to bfloat16 by some products: about 0.005. A wrong one is near 1.
constexpr double tolerance = 0.03;

constexpr ggml_type types[] = {GGML_TYPE_F32,  GGML_TYPE_F16,  GGML_TYPE_BF16, GGML_TYPE_Q4_0, GGML_TYPE_Q4_1,
                               GGML_TYPE_Q5_0, GGML_TYPE_Q5_1, GGML_TYPE_Q8_0, GGML_TYPE_Q2_K, GGML_TYPE_Q3_K,
                               GGML_TYPE_Q4_K, GGML_TYPE_Q5_K, GGML_TYPE_Q6_K};

template <class T, void (*free)(T*)>
struct Freed {
  void operator()(T* what) const { free(what); }
};
using Backend = std::unique_ptr<ggml_backend, Freed<ggml_backend, ggml_backend_free>>;
using Buffer = std::unique_ptr<ggml_backend_buffer, Freed<ggml_backend_buffer, ggml_backend_buffer_free>>;
using Context = std::unique_ptr<ggml_context, Freed<ggml_context, ggml_free>>;

Context new_context() {
  const std::size_t room = 16 * ggml_tensor_overhead() + ggml_graph_overhead();
  return Context(ggml_init({room, nullptr, /*no_alloc=*/true}));
}

/// In (-1, 1), always the same: the top bits of a linear congruential generator (Knuth's MMIX).
std::vector<float> values(std::size_t count, std::uint64_t seed) {
  std::vector<float> out(count);
  for (float& value : out) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    value = static_cast<float>(static_cast<double>(seed >> 40) / (1 << 23) - 1);
  }
  return out;
}

std::vector<char> quantized(ggml_type type, const std::vector<float>& weights) {
  std::vector<char> out(ggml_row_size(type, inner) * rows);
  ggml_quantize_chunk(type, weights.data(), out.data(), 0, rows, inner, nullptr);
  return out;
}

std::vector<float> as_floats(ggml_type type, const std::vector<char>& from) {
  std::vector<float> out(static_cast<std::size_t>(inner) * rows);
  if (type == GGML_TYPE_F32) {
    const auto* floats = reinterpret_cast<const float*>(from.data());
    out.assign(floats, floats + out.size());
  } else {
    ggml_get_type_traits(type)->to_float(from.data(), out.data(), inner * rows);
  }
  return out;
}

/// ‖got − W·X‖ / ‖W·X‖, by plain sums.
double error_of(const std::vector<float>& got, const std::vector<float>& w, const std::vector<float>& x, int columns) {
  double off = 0, size = 0;
  for (int column = 0; column < columns; ++column) {
    for (int row = 0; row < rows; ++row) {
      double sum = 0;
      for (int i = 0; i < inner; ++i)
        sum += double{w[static_cast<std::size_t>(row * inner + i)]} * x[static_cast<std::size_t>(column * inner + i)];
      const double difference = got[static_cast<std::size_t>(column * rows + row)] - sum;
      off += difference * difference, size += sum * sum;
    }
  }
  return std::sqrt(off / size);
}

class Checker {
 public:
  Checker() : backend_(ggml_backend_cpu_init()), device_(ggml_backend_get_device(backend_.get())) {
    ggml_backend_cpu_set_n_threads(backend_.get(), threads);
  }

  /// The plain one, and those that this processor has beside it.
  std::vector<ggml_backend_buffer_type_t> layouts() const {
    std::vector<ggml_backend_buffer_type_t> out{ggml_backend_dev_buffer_type(device_)};
    using Extras = ggml_backend_buffer_type_t* (*)(ggml_backend_dev_t);
    const auto extras = reinterpret_cast<Extras>(
        ggml_backend_reg_get_proc_address(ggml_backend_dev_backend_reg(device_), "ggml_backend_dev_get_extra_bufts"));
    for (auto* extra = extras == nullptr ? nullptr : extras(device_); extra != nullptr && *extra != nullptr; ++extra)
      out.push_back(*extra);
    return out;
  }

  bool knows(ggml_type type, ggml_backend_buffer_type_t layout, int columns) const {
    const Context context = new_context();
    ggml_tensor* w = ggml_new_tensor_2d(context.get(), type, inner, rows);
    const Buffer empty(ggml_backend_buft_alloc_buffer(layout, 0));
    w->buffer = empty.get();
    return ggml_backend_dev_supports_op(device_, product(context.get(), w, columns));
  }

  ProductCheck check(ggml_type type, ggml_backend_buffer_type_t layout, int columns) const {
    const std::vector<char> weights = quantized(type, values(static_cast<std::size_t>(inner) * rows, 1));
    const std::vector<float> x = values(static_cast<std::size_t>(inner * columns), 2);
    const std::vector<float> got = multiply(type, layout, weights, x);
    return {ggml_type_name(type), ggml_backend_buft_name(layout), columns,
            error_of(got, as_floats(type, weights), x, columns)};
  }

 private:
  static ggml_tensor* product(ggml_context* context, ggml_tensor* w, int columns) {
    return ggml_mul_mat(context, w, ggml_new_tensor_2d(context, GGML_TYPE_F32, inner, columns));
  }

  std::vector<float> multiply(ggml_type type, ggml_backend_buffer_type_t layout, const std::vector<char>& weights,
                              const std::vector<float>& x) const {
    const Context of_weights = new_context(), context = new_context();
    ggml_tensor* w = ggml_new_tensor_2d(of_weights.get(), type, inner, rows);
    const Buffer weights_buffer(ggml_backend_alloc_ctx_tensors_from_buft(of_weights.get(), layout));
    ggml_tensor* y = product(context.get(), w, static_cast<int>(x.size()) / inner);
    const Buffer buffer(ggml_backend_alloc_ctx_tensors(context.get(), backend_.get()));
    ggml_backend_tensor_set(w, weights.data(), 0, weights.size());
    ggml_backend_tensor_set(y->src[1], x.data(), 0, x.size() * sizeof(float));
    ggml_cgraph* graph = ggml_new_graph(context.get());
    ggml_build_forward_expand(graph, y);
    ggml_backend_graph_compute(backend_.get(), graph);
    std::vector<float> out(static_cast<std::size_t>(ggml_nelements(y)));
    ggml_backend_tensor_get(y, out.data(), 0, out.size() * sizeof(float));
    return out;
  }

  Backend backend_;
  ggml_backend_dev_t device_;
};

std::string_view planted_fault() {
  const char* fault = std::getenv("UDRL_SELF_TEST_FAULT");
  return fault == nullptr ? "" : fault;
}

}  // namespace

bool ProductCheck::is_right() const { return error < tolerance; }

std::vector<ProductCheck> check_products() {
  if (planted_fault() == "death") std::raise(SIGILL);
  std::vector<ProductCheck> out;
  const Checker checker;
  for (const auto layout : checker.layouts())
    for (const ggml_type type : types)
      for (const int columns : {1, 5, 40})
        if (checker.knows(type, layout, columns)) out.push_back(checker.check(type, layout, columns));
  if (planted_fault() == "wrong") out.front().error = 1;
  return out;
}

std::string wrong_products(const std::vector<ProductCheck>& checks) {
  std::ostringstream out;
  for (const ProductCheck& check : checks) {
    if (check.is_right()) continue;
    if (out.tellp() > 0) out << "; ";
    out << check.type << " in " << check.layout << ", " << check.columns << " columns: error " << check.error;
  }
  return out.str();
}

}  // namespace udrl::lm
