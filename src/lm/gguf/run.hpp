// Continuous batching: many slots at once, each refilled as soon as it ends. Not for: what a slot does (slot.hpp).
#pragma once

#include <functional>
#include <memory>

#include "slot.hpp"

namespace udrl::lm {

/// Gives the next slot, or nullptr when there are no more.
using SlotSource = std::function<std::unique_ptr<Slot>()>;

/// Runs all in a lane of the engine's, and has each delivered as it ends. Returns early on a stop request. Throws
/// `Error` (user) for one that does not fit into the context.
Throughput run_slots(const Engine& engine, Lane& lane, const SlotSource& next);

}  // namespace udrl::lm
