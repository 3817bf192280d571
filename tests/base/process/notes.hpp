// An observer that keeps what it is told.
#pragma once

#include <string>

#include "udrl/base/observer.hpp"

namespace udrl::test {

struct Notes : Observer {
  std::string all;  ///< a line each
  void note(Level, const std::string& text) override { all += text + "\n"; }
};

}  // namespace udrl::test
