// The process as a whole: stop requests and the one thread setting. Not for: thread pools.
#pragma once

#include <cstddef>
#include <string>

namespace udrl {

/// SIGINT, SIGTERM and, unless it is ignored (nohup), SIGHUP set a flag; a second one ends the process at once. SIGPIPE
/// is ignored: a long run must not die because the reader of its progress went away; writes to a closed pipe fail as
/// any other write. So is SIGXFSZ: a file that reached its limit (ulimit -f) is an error that names the file.
void install_stop_signals();
bool stop_requested() noexcept;
/// For tests, and for libraries that embed udrl.
void request_stop(bool on = true) noexcept;
/// Throws stopped_error if a stop was requested.
void check_stop(const std::string& what, const std::string& resume_hint);

/// Cores that this process may use: its affinity, and the CPU quota of its container.
int usable_cores();
/// How many threads compute: all usable cores unless set. LibTorch and ggml are both given this figure.
int compute_threads();
/// 0: all usable cores again. Throws `Error` (user) below 0.
void set_compute_threads(int n);

/// "AMD EPYC …, 2 cores, AVX2 FMA AVX512F AVX512_VNNI AVX512_BF16": written beside every figure.
std::string processor_description();
/// The same for the text of any /proc/cpuinfo.
std::string describe_processor(const std::string& cpuinfo, int cores);
/// Peak resident memory of this process in bytes.
std::size_t peak_memory_bytes();

}  // namespace udrl
