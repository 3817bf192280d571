// Which library multiplies matrices: MKL or oneDNN, whichever is the faster for each product of the model on this
// machine. For: Gpt2, and the share of the machine that training reports. Not for: the layers themselves (layers.hpp).
//
// On processors that are not Intel's, MKL takes a slow path: oneDNN is then twice as fast in float32. On some shapes
// and machines it is the other way round, so both are timed.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "udrl/student/compute_choice.hpp"
#include "udrl/student/config.hpp"

namespace udrl::student {

enum class GemmBackend : std::uint8_t { mkl, onednn };

/// The three products of a layer: x·W, dY·Wᵀ and xᵀ·dY.
enum class Form : std::uint8_t { forward, input_gradient, weight_gradient };
inline constexpr std::array forms{Form::forward, Form::input_gradient, Form::weight_gradient};

/// For each form, the library that multiplies float32 on a processor; nothing else asks for it.
class LayerGemm {
 public:
  GemmBackend of(Form form) const {
    return by_onednn_[static_cast<std::size_t>(form)] ? GemmBackend::onednn : GemmBackend::mkl;
  }
  void set(Form form, GemmBackend library) {
    by_onednn_[static_cast<std::size_t>(form)] = library == GemmBackend::onednn;
  }
  /// As a number, one bit a form.
  std::int64_t bits() const { return static_cast<std::int64_t>(by_onednn_.to_ullong()); }
  static LayerGemm from_bits(std::int64_t bits) {
    LayerGemm out;
    out.by_onednn_ = static_cast<unsigned long long>(bits);
    return out;
  }

 private:
  std::bitset<forms.size()> by_onednn_;
};

struct GemmQuestion {
  const StudentConfig& model;
  std::int64_t rows = 1024;     ///< positions of a forward pass; timed with 1,024 at most
  Device device = Device::cpu;  ///< not automatic
  bool bf16 = false;
  GemmChoice library = GemmChoice::automatic;
};

class GemmPlan {
 public:
  /// MKL everywhere.
  GemmPlan() = default;
  /// Times every product of the model a few times, in a second or two at 100M parameters. Draws nothing at random.
  /// Throws `Error` (user) for onednn in float32 where it is not exact.
  static GemmPlan measure(const GemmQuestion& question);
  /// The same libraries as the first that asked with this file, so that what is begun twice is rounded the same: takes
  /// the choice that `file` holds for the question, the processor, its threads and LibTorch's version, or else puts
  /// this one there. Where that cannot be written (a cache that others made), the choice holds for this process.
  void agree_with(const std::filesystem::path& file, const GemmQuestion& question);

  /// Of a layer: "attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj" or "wte" (the head).
  LayerGemm of(const std::string& layer) const;
  /// For the products that are none of these: attention's, the optimizer's.
  GemmBackend others() const { return others_; }
  /// Floating-point operations a second that a training step could do, were it nothing but its layers' products, each
  /// at the best rate that was measured for it. 0 where nothing was measured.
  double best_rate() const { return best_rate_; }
  /// "oneDNN", "MKL", "12 products by oneDNN, 3 by MKL"
  std::string description() const;

  /// What `of` answers, and back: chosen once, kept with a run's state, so that it goes on bit for bit. Reading throws
  /// `Error` (user) with `where` for anything else.
  std::string to_text() const;
  void read_text(const std::string& text, const std::string& where);
  /// `read_text` of the state of a run that goes on. Where there is nothing to choose from (a GPU, bfloat16, a
  /// processor on which oneDNN is not exact) the text is not followed: "oneDNN" would let LibTorch round float32 there.
  void go_on_with(const std::string& text, const std::string& where, const GemmQuestion& question);

 private:
  std::map<std::string, LayerGemm> layers_;
  GemmBackend others_ = GemmBackend::mkl;
  double best_rate_ = 0;
};

/// Whether oneDNN is known to multiply float32 as such here: with AMX, and on ARM with its like, it may round to
/// bfloat16.
bool onednn_is_exact();
/// oneDNN, unless MKL is faster by more than a tenth: a tie should fall the same way each time.
GemmBackend faster(double mkl_seconds, double onednn_seconds);

/// The library that float32 products of this process go to.
GemmBackend current_backend();
void use_backend(GemmBackend library);

/// While it lives, that is `library`.
class WithBackend {
 public:
  explicit WithBackend(GemmBackend library);
  ~WithBackend();
  WithBackend(const WithBackend&) = delete;
  WithBackend& operator=(const WithBackend&) = delete;

 private:
  GemmBackend before_;
};

}  // namespace udrl::student
