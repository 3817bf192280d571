// The two halves of relevance (design §5). Not for: what a scorer's word on either is worth (damage.hpp).
#pragma once

#include <array>
#include <cstddef>

#include "udrl/base/enum_names.hpp"

namespace udrl::score {

/// fidelity: is an answer about what was asked (a scorer as written)? elaboration: does it say something about it
/// beyond the request's own words (the scorer with the intent's words masked in the answer)?
enum class Half { fidelity, elaboration };
inline constexpr std::array halves{Half::fidelity, Half::elaboration};
constexpr auto names_of(Half) { return enum_names("fidelity", "elaboration"); }

/// One value for each half.
template <class T>
struct Halves {
  std::array<T, 2> of{};
  T& operator[](Half half) { return of[static_cast<std::size_t>(half)]; }
  const T& operator[](Half half) const { return of[static_cast<std::size_t>(half)]; }
};

}  // namespace udrl::score
