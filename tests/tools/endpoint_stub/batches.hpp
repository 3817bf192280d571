// OpenAI's batch interface: files, batches made of them, and files of results. Not for: single requests (endpoint.hpp).
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "books.hpp"
#include "chance.hpp"
#include "clock.hpp"
#include "options.hpp"
#include "replies.hpp"
#include "requests.hpp"

namespace udrl::stub {

struct BatchLine {
  std::string custom_id, body;
  bool is_chat = true;
  Fate fate;
};

struct Batch {
  nlohmann::json object;  ///< as it is shown
  std::vector<BatchLine> lines;
  Clock::time_point began;
};

class Batches {
 public:
  Batches(const Options& options, Books& books) : options_(options), books_(books) {}

  Reply add_file(const Incoming& request);
  Reply create(const Incoming& request);
  Reply list() const;
  Reply show(const std::string& id) const;
  /// Of a file.
  Reply content(const std::string& id) const;

  /// Moves on what is under way. After a tenth of its time a batch is valid.
  void advance(Clock::time_point now);

 private:
  std::string keep(std::string content);
  std::string read_lines(const std::string& file, Batch& batch);
  void take(BatchLine& line);
  void complete(Batch& batch);
  std::string result_line(const BatchLine& line, bool is_twice);

  const Options& options_;
  Books& books_;
  std::map<std::string, std::string> files_;
  std::map<std::string, Batch> batches_;
};

}  // namespace udrl::stub
