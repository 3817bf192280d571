// The processes that train one student together, and the few things that they tell each other. Internal. Not for: what
// a step computes (optim/trainer.hpp), or who writes which file (run/).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "place.hpp"

namespace at {
class Tensor;
}

namespace udrl::train {

/// All processes call the same functions in the same order. Where one has ended, each throws `Error` (failure): a
/// process that dies takes the others along, at once, and the run goes on from its last save.
class Ranks {
 public:
  /// Alone.
  Ranks();
  /// Meets the others, for up to five minutes. Throws `Error`: a build without gloo (user), others that do not come
  /// (failure).
  explicit Ranks(const Place& place);
  ~Ranks();
  Ranks(Ranks&&) noexcept;
  Ranks& operator=(Ranks&&) noexcept;

  int rank() const { return place_.rank; }
  int size() const { return place_.size; }
  bool is_first() const { return place_.rank == 0; }
  bool are_several() const { return place_.size > 1; }
  /// How many of the processes, this one among them, share the cores that this one may use.
  int on_these_cores() const;

  /// Leaves in each process the sum over all, added in one order whatever the transport does: of neighbours, then of
  /// pairs of neighbours, and so on. Of float32 or float64 on a processor, contiguous.
  void add_up(at::Tensor& values) const;
  void add_up(std::span<double> values) const;
  /// Whether it is so in any process.
  bool any(bool here) const;
  /// Returns when all have come here.
  void meet() const;

 private:
  struct Group;
  Place place_;
  std::unique_ptr<Group> group_;  ///< null: alone
};

/// Whether this build can train in several processes.
bool can_train_in_several();

}  // namespace udrl::train
