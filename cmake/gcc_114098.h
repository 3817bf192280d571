// Included before every C++ file of llama.cpp (scripts/lib/llama.sh): mends GCC bug 114098, and nothing else.
//
// g++ before 12.4 and 13.3 believes that _tile_loadconfig reads 8 bytes of its 64, and drops the stores of the rest. ggml's
// AMX code then loads an empty configuration, and its first product of quantised weights is an illegal instruction
// (ggml-org/llama.cpp#26954). Here the intrinsic reads what it reads. No effect where there is no AMX, or another compiler.
#pragma once
#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>

static inline void udrl_tile_loadconfig(const void* config) {
  __asm__ volatile("ldtilecfg\t%X0" ::"m"(*static_cast<const char(*)[64]>(config)));
}
#define _tile_loadconfig udrl_tile_loadconfig
#endif
