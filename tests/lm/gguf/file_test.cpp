// Model files that are missing, no GGUF, cut off or of an unknown kind; what a good one says about itself.
// Not for: what models write.
#include <fstream>

#include "catch.hpp"
#include "models.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

using namespace udrl::lm;
namespace fs = std::filesystem;

namespace {

std::string message_for(const fs::path& file) {
  ModelOptions options;
  options.gguf = file;
  try {
    open_model(options);
  } catch (const udrl::Error& error) {
    CHECK(error.exit_code() == 2);
    CHECK_FALSE(error.cure().empty());
    return error.what();
  }
  return "no error";
}

bool names(const std::string& message, const std::string& part) { return message.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a missing model file is named") {
  const std::string message = message_for("/nowhere/teacher.gguf");
  CHECK(names(message, "does not exist"));
  CHECK(names(message, "/nowhere/teacher.gguf"));
}

TEST_CASE("a file that is no GGUF is refused") {
  const TestFolder folder;
  const fs::path file = folder.path() / "model.gguf";
  for (const std::string content : {"", "GG", "<html>404</html>"}) {
    std::ofstream(file, std::ios::binary) << content;
    CHECK(names(message_for(file), "not a GGUF"));
  }
}

TEST_CASE("a truncated model file is refused wherever it is cut") {
  const TestFolder folder;
  const fs::path file = folder.path() / "model.gguf";
  write_tiny_model(file);
  const auto size = fs::file_size(file);
  for (const double share : {0.999, 0.9, 0.5, 0.05, 0.0005}) {
    write_tiny_model(file);
    fs::resize_file(file, static_cast<std::uintmax_t>(share * static_cast<double>(size)));
    const std::string message = message_for(file);
    INFO(share << ": " << message);
    CHECK((names(message, "truncated") || names(message, "cut off")));
    CHECK(names(message, "model.gguf"));
  }
}

TEST_CASE("an architecture that llama.cpp does not know is an error with its log") {
  const TestFolder folder;
  const fs::path file = folder.path() / "model.gguf";
  write_tiny_model(file, {"nonsense", 64, 1, true});
  ModelOptions options;
  options.gguf = file;
  try {
    open_model(options);
    FAIL("opened");
  } catch (const udrl::Error& error) {
    CHECK(names(error.what(), "nonsense"));
  }
}

TEST_CASE("a model says what it is") {
  const TestFolder folder;
  const auto model = tiny_model(folder, {"qwen2", 128, 1, true});
  const ModelInfo& info = model->info();
  CHECK(info.name == "tiny random model");
  CHECK(info.architecture == "qwen2");
  CHECK(info.context == 128);
  CHECK(info.parameters > 50000);
  CHECK(info.sha256 == udrl::sha256_file(folder.path() / "qwen21.gguf"));
}

TEST_CASE("exactly one of gguf and url is wanted") {
  ModelOptions options;
  CHECK_THROWS_AS(open_model(options), udrl::Error);
  options.gguf = "a.gguf";
  options.endpoint.urls = {"http://127.0.0.1:1/v1"};
  CHECK_THROWS_AS(open_model(options), udrl::Error);
}
