// Reads the command line.
#include "options.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

namespace udrl::stub {
namespace {

constexpr const char* help =
    R"(udrl-endpoint-stub: an OpenAI-compatible endpoint on 127.0.0.1, for tests. Its first line is its port.

  --port N            0: any
  --delay-ms N        an answer takes so long; others do not wait for it
  --faults SHARE      0 to 1: requests that meet a fault, drawn by seed and number of the request
  --fault-kinds LIST  of 429, 429-after (with Retry-After: 1), 500, 503, cut (the connection), slow (an answer in pieces),
                      malformed (200, no JSON), schema (200, JSON of another shape), duplicate-id (an answer with the id
                      of the one before), html (a page, 200 or 502); default: all
  --slow-ms N         how long a slow answer takes
  --seed N            of the faults
  --max-in-flight N   429 beyond so many; 0: any number
  --rate R            429 with Retry-After beyond R requests a second; 0: any number
  --batch-ms N        how long a batch takes
  --log FILE          appends "asked HASH" for each request, "answered HASH PROMPT_TOKENS GENERATED_TOKENS" for each good
                      answer that was handed over whole; HASH is of the request's body, and ends the answer's text
)";

double number_in(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= 0)) refuse("'" + text + "' is no number from 0 on");
  return value;
}

milliseconds time_in(const std::string& text) { return milliseconds(static_cast<long>(number_in(text))); }

std::vector<Fault> kinds_in(const std::string& list) {
  std::vector<Fault> kinds;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    const auto found = std::find(fault_names.begin(), fault_names.end(), list.substr(at, end - at));
    if (found == fault_names.end()) refuse("unknown kind of fault '" + list.substr(at, end - at) + "'");
    kinds.push_back(static_cast<Fault>(found - fault_names.begin()));
    at = end + 1;
  }
  return kinds;
}

using Setters = std::map<std::string, std::function<void(const std::string&)>>;

Setters setters_of(Options& o) {
  return {{"--port", [&](auto& text) { o.port = static_cast<int>(number_in(text)); }},
          {"--delay-ms", [&](auto& text) { o.delay = time_in(text); }},
          {"--slow-ms", [&](auto& text) { o.slow = time_in(text); }},
          {"--batch-ms", [&](auto& text) { o.batch = time_in(text); }},
          {"--faults", [&](auto& text) { o.faults = number_in(text); }},
          {"--fault-kinds", [&](auto& text) { o.kinds = kinds_in(text); }},
          {"--seed", [&](auto& text) { o.seed = static_cast<std::uint64_t>(number_in(text)); }},
          {"--max-in-flight", [&](auto& text) { o.max_in_flight = static_cast<long>(number_in(text)); }},
          {"--rate", [&](auto& text) { o.rate = number_in(text); }},
          {"--log", [&](auto& text) { o.log = text; }}};
}

}  // namespace

void refuse(const std::string& what) {
  std::fprintf(stderr, "udrl-endpoint-stub: %s\nSee --help.\n", what.c_str());
  std::exit(2);
}

Options options_of(int count, char** words) {
  Options options;
  const Setters setters = setters_of(options);
  for (int i = 1; i < count; i += 2) {
    const std::string name = words[i];
    if (name == "--help") {
      std::fputs(help, stdout);
      std::exit(0);
    }
    const auto found = setters.find(name);
    if (found == setters.end()) refuse("unknown option " + name);
    if (i + 1 == count) refuse(name + " needs a value");
    found->second(words[i + 1]);
  }
  if (options.faults > 1) refuse("--faults is a share, at most 1");
  if (!options.kinds.empty()) return options;
  for (std::size_t i = 0; i < fault_names.size(); ++i) options.kinds.push_back(static_cast<Fault>(i));
  return options;
}

}  // namespace udrl::stub
