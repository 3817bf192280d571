// One client's connection, with limits that cpp-httplib does not have: bytes and seconds of a request, seconds of a
// reply. Not for: what is said on it (routes.hpp).
#pragma once

#include <httplib.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace udrl::serve {

struct ConnectionLimits {
  std::size_t request_bytes = std::size_t{64} << 10U;  ///< of a request line, headers and body together
  std::chrono::seconds request{10};                    ///< from its first byte to its last
  std::chrono::seconds reply{120};  ///< in which the client reads all of a reply, its making left out
  std::chrono::seconds idle{5};     ///< between two requests
};

class Connection final : public httplib::Stream {
 public:
  Connection(socket_t socket, const ConnectionLimits& limits) : socket_(socket), limits_(limits) {}

  /// False where none came in time, or the client left. Begins the request's time and bytes.
  bool wait_for_request();
  /// Whether the last reply was an error: what follows its request may not be taken for another one.
  bool said_error() const { return said_error_; }
  /// Whether the client is still there. One that has closed its sending half counts as gone, as with most servers.
  bool is_here() const;
  /// Lets the client read what was said before the connection is closed, though it may be sending still.
  void linger();

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, std::size_t size) override;
  ssize_t write(const char* from, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool fill();
  bool wait(short events, Clock::time_point until) const;

  const socket_t socket_;
  const ConnectionLimits& limits_;
  std::string buffer_;
  std::size_t at_ = 0;     ///< in the buffer
  std::size_t taken_ = 0;  ///< bytes of this request
  Clock::time_point read_until_;
  mutable Clock::duration write_left_{};  ///< for which the client may still be waited for, whatever the answer takes
  bool said_error_ = false;
};

}  // namespace udrl::serve
