// A server with a tiny student that runs while a test does, and how it is asked. Not for: anything but tests.
#pragma once

#include <httplib.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "catch.hpp"
#include "student/tiny.hpp"
#include "udrl/base/observer.hpp"
#include "udrl/base/process.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/serve/serve.hpp"
#include "udrl/student/critic.hpp"
#include "udrl/student/gguf_export.hpp"

namespace udrl::serve::testing {

inline const std::filesystem::path& student_folder() {
  static const tiny::Folder folder;
  static const bool is_written = [] {
    tiny::write(folder.path(), tiny::config(), tiny::Weights(tiny::config()));
    (void)student::export_gguf(folder.path());
    return true;
  }();
  (void)is_written;
  return folder.path();
}

class Notes final : public Observer {
 public:
  void note(Level, const std::string& text) override { texts += text + "\n"; }
  std::string texts;
};

class Running {
 public:
  explicit Running(ServeOptions options = {}, const inference::Ranker* ranker = nullptr,
                   const std::filesystem::path& folder = student_folder())
      : student_(inference::StudentModel::open(folder, one_house(), student::has_critic(folder))) {
    set_compute_threads(1);  // as udrl-serve runs a small student
    options.port = 0;
    options.name = "tiny";
    options.slots = one_house().slots;
    std::promise<std::string> listening;
    auto url = listening.get_future();
    done_ = std::async(std::launch::async, [this, options, ranker, &listening] {
      serve::serve({student_, ranker}, options, notes, [&](const std::string& at) { listening.set_value(at); });
    });
    while (url.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
      if (done_.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready) done_.get();  // throws
    url_ = url.get();
    port_ = std::stoi(url_.substr(url_.rfind(':') + 1));
  }
  ~Running() {
    request_stop();
    done_.get();
    request_stop(false);
  }

  std::unique_ptr<httplib::Client> client() const {
    auto one = std::make_unique<httplib::Client>("127.0.0.1", port_);
    one->set_read_timeout(60);
    return one;
  }
  int port() const { return port_; }
  Notes notes;

 private:
  static lm::ModelOptions one_house() {
    lm::ModelOptions options;
    options.slots = 4;
    return options;
  }
  inference::StudentModel student_;
  std::future<void> done_;
  std::string url_;
  int port_ = 0;
};

struct Reply {
  int status = 0;
  data::Json json;
};

inline Reply post(httplib::Client& client, const std::string& path, const std::string& body,
                  const httplib::Headers& headers = {}) {
  const auto got = client.Post(path, headers, body, "application/json");
  REQUIRE(got);
  return {got->status, data::json_or_discarded(got->body)};
}

}  // namespace udrl::serve::testing
