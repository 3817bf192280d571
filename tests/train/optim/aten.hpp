// LibTorch's tensors in a test: its headers define a CHECK of their own, which ends the process. Catch2's is kept.
#pragma once

#include "catch.hpp"

#pragma push_macro("CHECK")
#include <ATen/ATen.h>
#pragma pop_macro("CHECK")
