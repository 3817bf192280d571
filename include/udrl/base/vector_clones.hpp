// One function compiled for several instruction sets, of which the processor at hand chooses when the program starts.
#pragma once

// The choice is made before a sanitizer is ready, so sanitized builds do without it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UDRL_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UDRL_SANITIZED
#endif
#endif
// g++ takes the name of a processor for that model alone: "skylake-avx512" gave the AVX2 code to all later ones with
// AVX-512, Intel's and AMD's. A level of x86-64 is chosen by what a processor can do; clang knows none here.
#if defined(__x86_64__) && defined(__linux__) && !defined(UDRL_SANITIZED)
#ifdef __clang__
#define UDRL_FOR_EACH_PROCESSOR __attribute__((target_clones("arch=skylake-avx512", "avx2", "default")))
#else
#define UDRL_FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#endif
#else
#define UDRL_FOR_EACH_PROCESSOR
#endif
