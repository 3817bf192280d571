// The process as a whole: stop requests and the one thread setting. Not for: thread pools.
#pragma once

#include <string>

namespace udrl {

/// SIGINT and SIGTERM set a flag; a second one ends the process at once.
void install_stop_signals();
bool stop_requested() noexcept;
/// For tests, and for libraries that embed udrl.
void request_stop(bool on = true) noexcept;
/// Throws stopped_error if a stop was requested.
void check_stop(const std::string& what, const std::string& resume_hint);

/// How many threads compute: all usable cores unless set. LibTorch and ggml are both given this figure.
int compute_threads();
void set_compute_threads(int n);

/// "AMD EPYC …, 2 cores, AVX2 FMA AVX512F AVX512_VNNI AVX512_BF16": written beside every figure.
std::string processor_description();
/// Peak resident memory of this process in bytes.
std::size_t peak_memory_bytes();

}  // namespace udrl
