// Rows of positions to heads and back, as autograd functions of our own: one copy each way, straight into its place and
// its type, the rows of filler included. Autograd's own way takes three, and one more for each change of type.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "layers.hpp"

namespace udrl::student {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::Variable;

void keep(AutogradContext* context, RowShape shape, std::int64_t heads) {
  context->saved_data["shape"] = std::vector<std::int64_t>{shape.sequences, shape.length, shape.rows, heads};
}

struct Kept {
  RowShape shape;
  std::int64_t heads;
};

Kept kept_in(AutogradContext* context) {
  const std::vector<std::int64_t> shape = context->saved_data["shape"].toIntVector();
  return {{shape[0], shape[1], shape[2]}, shape[3]};
}

/// Of rows × parts·C: the positions, as [B, T, parts, H, D].
at::Tensor positions_of(const at::Tensor& rows, RowShape shape, std::int64_t parts, std::int64_t heads) {
  return rows.narrow(0, 0, shape.positions()).view({shape.sequences, shape.length, parts, heads, -1});
}

at::Tensor empty_rows(RowShape shape, std::int64_t width, const at::TensorOptions& options) {
  at::Tensor rows = at::empty({shape.rows, width}, options);
  rows.narrow(0, shape.positions(), shape.rows - shape.positions()).zero_();
  return rows;
}

at::Tensor by_head(const at::Tensor& x_ATD, RowShape shape, std::int64_t heads) {
  return x_ATD.view({shape.sequences, heads, shape.length, x_ATD.size(2)});
}

class SplitHeads : public torch::autograd::Function<SplitHeads> {
 public:
  static tensor_list forward(AutogradContext* context, const at::Tensor& qkv_NC, RowShape shape, std::int64_t heads,
                             at::ScalarType type) {
    keep(context, shape, heads);
    context->saved_data["type"] = static_cast<std::int64_t>(qkv_NC.scalar_type());
    const at::Tensor qkv_3BHTD = positions_of(qkv_NC, shape, 3, heads).permute({2, 0, 3, 1, 4});
    return qkv_3BHTD.to(type, /*non_blocking=*/false, /*copy=*/true, at::MemoryFormat::Contiguous)
        .view({3, shape.sequences * heads, shape.length, -1})
        .unbind(0);
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto [shape, heads] = kept_in(context);
    const std::int64_t width = 3 * heads * gradients[0].size(2);
    const auto type = static_cast<at::ScalarType>(context->saved_data["type"].toInt());
    const at::Tensor out_NC = empty_rows(shape, width, gradients[0].options().dtype(type));
    const at::Tensor out_BT3HD = positions_of(out_NC, shape, 3, heads);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const at::Tensor part_BHTD = by_head(gradients[i], shape, heads);
      out_BT3HD.select(2, static_cast<std::int64_t>(i)).copy_(part_BHTD.transpose(1, 2));
    }
    return {out_NC, Variable(), Variable(), Variable()};
  }
};

class MergeHeads : public torch::autograd::Function<MergeHeads> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& y_ATD, RowShape shape, std::int64_t heads,
                            at::ScalarType type) {
    keep(context, shape, heads);
    context->saved_data["type"] = static_cast<std::int64_t>(y_ATD.scalar_type());
    at::Tensor out_NC = empty_rows(shape, heads * y_ATD.size(2), y_ATD.options().dtype(type));
    positions_of(out_NC, shape, 1, heads).select(2, 0).copy_(by_head(y_ATD, shape, heads).transpose(1, 2));
    return out_NC;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    const auto [shape, heads] = kept_in(context);
    const at::Tensor dy_BTHD = positions_of(gradients[0], shape, 1, heads).select(2, 0);
    const auto type = static_cast<at::ScalarType>(context->saved_data["type"].toInt());
    const at::Tensor dy_BHTD = dy_BTHD.transpose(1, 2).to(type, false, /*copy=*/true, at::MemoryFormat::Contiguous);
    return {dy_BHTD.view({shape.sequences * heads, shape.length, -1}), Variable(), Variable(), Variable()};
  }
};

}  // namespace

std::array<at::Tensor, 3> split_heads(const at::Tensor& qkv_NC, RowShape shape, std::int64_t heads,
                                      at::ScalarType type) {
  const tensor_list parts = SplitHeads::apply(qkv_NC, shape, heads, type);
  return {parts[0], parts[1], parts[2]};
}

at::Tensor merge_heads(const at::Tensor& y_ATD, RowShape shape, std::int64_t heads, at::ScalarType type) {
  return MergeHeads::apply(y_ATD, shape, heads, type);
}

}  // namespace udrl::student
