// The tests' main(): Catch2 version 3 brings its own.
#ifndef UDRL_CATCH_V3
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
