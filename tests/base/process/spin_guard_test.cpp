// When threads sleep at barriers. Not for: what it does for speed (scripts/bench/beside.sh).
#include "process/spin_guard.hpp"

#include "catch.hpp"

using udrl::SpinRule;

TEST_CASE("Alone, threads spin at barriers") {
  SpinRule rule;
  for (const double waiting : {0.0, 0.002, 0.02, 0.1}) CHECK_FALSE(rule.update(waiting));
}

TEST_CASE("As soon as threads wait for cores they sleep, and spin again after two calm seconds") {
  SpinRule rule;
  CHECK(rule.update(0.7));
  for (int i = 0; i < 7; ++i) CHECK(rule.update(0.01));
  CHECK(rule.update(0.4));  // company is back: the count begins anew
  for (int i = 0; i < 7; ++i) CHECK(rule.update(0.01));
  CHECK_FALSE(rule.update(0.01));
  CHECK_FALSE(rule.update(0.01));
}

TEST_CASE("A guard comes and goes, whatever libraries there are") {
  for (int i = 0; i < 3; ++i) const udrl::SpinGuard guard;
}
