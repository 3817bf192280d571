// From the figures of all scorers to one verdict, or the reasons why there is none. Not for: the figures (compare.cpp).
#pragma once

#include "compare.hpp"

namespace udrl::eval {

/// Fills the scorers' verdicts and the primary comparison, and withholds what cannot be said: of a ratio under a scorer
/// that carries no verdict, and of every ratio where the primary one's is withheld.
///
/// The primary comparison is one, named before anything is measured (the student's first row, the reference, the
/// first margin): it PASSes if it does under every scorer that carries a verdict, so that more scorers make it no
/// easier (an intersection–union test). All other ratios of students are a family, corrected by Holm.
void conclude(Results& results, const CompareOptions& options);

/// Whether the verdict asks for fluency: somebody reads whose word counts.
bool counts_fluency(const Results& results);
/// Whether a row falls short in it.
bool fails_in_fluency(const Results& results, const RowResult& row);

}  // namespace udrl::eval
