// One HTTP POST and what came of it. Not for: sending it (client.hpp).
#pragma once

#include <string>

namespace udrl::lm {

struct HttpJob {
  std::string id;       ///< for messages and jitter
  std::string path;     ///< appended to the endpoint's URL, such as "/chat/completions"
  std::string body;     ///< JSON
  int most_tokens = 0;  ///< that the answer may have: what it may cost
};

struct HttpReply {
  long status = 0;     ///< 0: no answer came
  std::string body;    ///< where none came, why
  double seconds = 0;  ///< of the last try
  /// Why this is no answer, in few words ("status 402", "not JSON"); "" where it is one.
  std::string fault;
  bool is_cached = false;  ///< not asked for now: an earlier run was
};

}  // namespace udrl::lm
