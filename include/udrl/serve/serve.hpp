// A student behind HTTP, for one machine or a trusted network: OpenAI's completions, type-ahead as server-sent events,
// and a page. Not for: TLS, users or quotas (a reverse proxy has them).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "udrl/base/observer.hpp"
#include "udrl/inference/answers.hpp"

namespace udrl::serve {

struct ServeOptions {
  std::string host = "127.0.0.1";  ///< address to listen on
  int port = 8080;                 ///< 0: any that is free
  std::string name;                ///< how clients call the student
  std::string task;                ///< what is written where a client names no task; "": the student's first
  std::string api_key_env;         ///< variable that holds the key which clients must send; "": none is asked for
  std::vector<std::string> allowed_origins;  ///< of web pages of other sites, "https://example.com"
  std::vector<std::string> allowed_hosts;    ///< names that a proxy in front passes on
  int slots = 32;                            ///< answers written at once, as the student was opened with
  int clients = 256;                         ///< connections served at once; further ones wait
  int waiting = 1024;                        ///< answers that may wait; of a request beyond it 503 is said
  int most_answers = 256;                    ///< answers that one request may ask for, those that are ranked included
  int body_kib = 256;                        ///< size of a request
};

/// Whose answers are served. `ranker` may be null: then no best of n is to be had.
struct Served {
  inference::StudentModel& student;
  const inference::Ranker* ranker;
};

/// Serves until a stop is requested (process.hpp). `listening` is told the address once clients can connect. Throws
/// `Error` (user) for an address that cannot be listened on, a task that the student does not have and a key that is
/// not set; (failure) when the student fails.
void serve(const Served& served, const ServeOptions& options, Observer& observer,
           const std::function<void(const std::string& url)>& listening);

}  // namespace udrl::serve
