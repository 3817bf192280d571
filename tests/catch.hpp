// Catch2 version 2 or 3, whichever the system has.
#pragma once
#ifdef UDRL_CATCH_V3
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
