// Weights widened to bf16: made once beside the model, made again when it changes, close to the model's own.
// Not for: speed (scripts/bench/synthesis.sh).
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <limits>

#include "catch.hpp"
#include "gguf/weights.hpp"
#include "llama.h"
#include "models.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/base/options.hpp"
#include "udrl/base/process.hpp"
#include "udrl/lm/weights.hpp"

using namespace udrl::lm;
namespace fs = std::filesystem;

namespace {

struct Place {
  TestFolder folder;
  fs::path model = folder.path() / "tiny.q.gguf";
  fs::path widened = folder.path() / "tiny.q.bf16.gguf";

  explicit Place(const TinyModel& tiny = {}) {
    udrl::set_compute_threads(1);
    write_tiny_model(model, tiny);
  }
  std::unique_ptr<LanguageModel> open(WeightsKind weights = WeightsKind::bf16) const {
    ModelOptions options;
    options.gguf = model;
    options.weights = weights;
    return open_model(options);
  }
  std::string refusal(int exit_code) const {
    try {
      open();
    } catch (const udrl::Error& error) {
      CHECK(error.exit_code() == exit_code);
      CHECK_FALSE(error.cure().empty());
      return error.what();
    }
    return "opened";
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
  }
};

bool names(const std::string& message, const std::string& part) { return message.find(part) != std::string::npos; }

/// Device, number and time of change: another for a file that was made again.
std::array<std::int64_t, 4> identity(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino), status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec};
}

std::vector<double> likelihoods(LanguageModel& model) {
  std::vector<Continuation> asked;
  for (const char* text : {"the end", "on in the", "xyz", "Hello, world"})
    asked.push_back({{{{"in the ", false}}, 0}, text});
  std::vector<double> values;
  for (const Likelihood& one : model.log_probs(asked).values) values.push_back(one.log_prob / one.tokens);
  return values;
}

/// Without the right to write into the folder, root or not.
class Unwritable {
 public:
  explicit Unwritable(fs::path folder) : folder_(std::move(folder)) {
    ::chmod(folder_.c_str(), 0555);
    if (::geteuid() == 0) was_root_ = ::seteuid(65534) == 0;
  }
  ~Unwritable() {
    if (was_root_) (void)!::seteuid(0);
    ::chmod(folder_.c_str(), 0755);
  }

 private:
  fs::path folder_;
  bool was_root_ = false;
};

}  // namespace

TEST_CASE("weights of 8 bits answer nearly as the file's do") {
  Place place;
  place.widened = place.folder.path() / "tiny.q.q8_0.gguf";
  const auto own = likelihoods(*place.open(WeightsKind::file));
  const auto converted = likelihoods(*place.open(WeightsKind::q8_0));
  for (std::size_t i = 0; i < own.size(); ++i) {
    INFO(i << ": " << own[i] << " " << converted[i]);
    CHECK(std::abs(own[i] - converted[i]) < 0.1);
  }
  CHECK(own != converted);
  CHECK(fs::file_size(place.widened) < 0.5 * static_cast<double>(fs::file_size(place.model)));  // the source is f32
  CHECK(place.open(WeightsKind::q8_0)->info().sha256 == udrl::sha256_file(place.model));
  place.open(WeightsKind::bf16);  // beside it, not in its place
  CHECK(place.entries() == 5);
}

TEST_CASE("widened weights answer as the file's do") {
  const Place place({GENERATE(as<std::string>{}, "llama", "qwen2", "gpt2"), 256, 1, true});
  const auto own = likelihoods(*place.open(WeightsKind::file));
  CHECK_FALSE(fs::exists(place.widened));
  const auto widened = likelihoods(*place.open());
  REQUIRE(own.size() == widened.size());
  for (std::size_t i = 0; i < own.size(); ++i) {
    INFO(i << ": " << own[i] << " " << widened[i]);
    CHECK(std::abs(own[i] - widened[i]) < 0.05);
  }
  CHECK(own != widened);
  CHECK(fs::file_size(place.widened) < 0.75 * static_cast<double>(fs::file_size(place.model)));  // the source is f32
}

TEST_CASE("the widened file is made once") {
  const Place place;
  place.open();
  CHECK(place.entries() == 3);
  const auto first = identity(place.widened);
  place.open();
  CHECK(identity(place.widened) == first);
  CHECK(place.entries() == 3);
}

TEST_CASE("the widened file is made again when its source changed or it is cut off") {
  const Place place;
  place.open();
  const auto first = identity(place.widened);
  SECTION("changed") {
    write_tiny_model(place.model, {"llama", 256, 2, true});
    const auto widened = likelihoods(*place.open());
    const auto own = likelihoods(*place.open(WeightsKind::file));
    CHECK(std::abs(own[0] - widened[0]) < 0.05);
  }
  SECTION("cut off") {
    fs::resize_file(place.widened, fs::file_size(place.widened) - 1000);
    place.open();
  }
  SECTION("one bit of its weights is another") {
    std::fstream file(place.widened, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-100, std::ios::end);
    file.put('\x5a');
    file.close();
    place.open();
  }
  SECTION("without its checksum") {
    fs::remove(place.widened.string() + ".sha256");
    place.open();
  }
  CHECK(identity(place.widened) != first);
  CHECK(place.entries() == 3);
}

TEST_CASE("a model with widened weights is still that model") {
  const Place place;
  const ModelInfo own = place.open(WeightsKind::file)->info();
  const ModelInfo widened = place.open()->info();
  CHECK(widened.sha256 == udrl::sha256_file(place.model));
  CHECK(widened.name == own.name);
  CHECK(widened.architecture == own.architecture);
  CHECK(widened.parameters == own.parameters);
  CHECK(widened.context == own.context);
  CHECK(widened.quantization == "BF16");  // the tiny file does not say what it is
}

TEST_CASE("a quantised model is widened too, and still says what it is") {
  const Place place;
  const fs::path quantised = place.folder.path() / "quantised";
  llama_model_quantize_params parameters = llama_model_quantize_default_params();
  parameters.ftype = LLAMA_FTYPE_MOSTLY_Q5_0;
  REQUIRE(llama_model_quantize(place.model.c_str(), quantised.c_str(), &parameters) == 0);
  fs::rename(quantised, place.model);
  const auto file = place.open(WeightsKind::file), widened = place.open();
  CHECK(file->info().quantization == "Q5_0");
  CHECK(widened->info().quantization == "Q5_0 as BF16");
  CHECK(widened->info().sha256 == file->info().sha256);
  CHECK(fs::file_size(place.widened) > 2 * fs::file_size(place.model));
  const auto before = likelihoods(*file), after = likelihoods(*widened);
  for (std::size_t i = 0; i < before.size(); ++i) {
    INFO(i << ": " << before[i] << " " << after[i]);
    CHECK(std::abs(before[i] - after[i]) < 0.05);
  }
}

TEST_CASE("a file that is bf16 already needs no other") {
  Place place;
  place.open();
  place.model = place.widened;
  const auto model = place.open();
  CHECK(place.entries() == 3);
  CHECK(model->info().sha256 == udrl::sha256_file(place.widened));
}

TEST_CASE("a file is known by the weights that it stores") {
  const Place place;
  place.open(WeightsKind::bf16);
  place.open(WeightsKind::q8_0);
  CHECK(stored_weights(place.model) == WeightsKind::file);
  CHECK(stored_weights(place.widened) == WeightsKind::bf16);
  CHECK(stored_weights(place.folder.path() / "tiny.q.q8_0.gguf") == WeightsKind::q8_0);
}

TEST_CASE("of what is no model file the weights are not known") {
  const TestFolder folder;
  const fs::path file = folder.path() / "model.gguf", pipe = folder.path() / "pipe.gguf";
  std::ofstream(file) << "mine";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const fs::path& none : {file, pipe, folder.path(), folder.path() / "nothing"})
    CHECK(stored_weights(none) == WeightsKind::file);
}

TEST_CASE("llama.cpp multiplies with the instructions that it names") {
  const Instructions found = instructions();
  const std::string named = llama_print_system_info();
  CHECK(found.avx512_bf16 == names(named, "AVX512_BF16 = 1"));
  CHECK(found.amx == names(named, "AMX_INT8 = 1"));
  CHECK(found.gpu == llama_supports_gpu_offload());
}

TEST_CASE("a file in the place of the widened one that was made by another is left alone") {
  const Place place;
  write_tiny_model(place.widened, {"llama", 256, 7, true});
  const auto first = identity(place.widened);
  CHECK(names(place.refusal(2), "udrl did not make"));
  CHECK(identity(place.widened) == first);
  std::ofstream(place.widened) << "mine";
  CHECK(names(place.refusal(2), place.widened.string()));
  CHECK(udrl::read_file(place.widened) == "mine");
}

TEST_CASE("a folder that cannot be written is named, with what to do") {
  const Place place;
  {
    const Unwritable unwritable(place.folder.path());
    const std::string message = place.refusal(2);
    INFO(message);
    CHECK(names(message, place.widened.string()));
    CHECK(names(message, "weights = \"file\""));
  }
  CHECK(place.entries() == 1);
  place.open();
  const Unwritable unwritable(place.folder.path());
  CHECK(place.open() != nullptr);  // what is there can be used
}

TEST_CASE("a model that cannot be converted leaves nothing behind") {
  const Place place({"nonsense", 64, 1, true});
  CHECK(names(place.refusal(1), "cannot convert"));
  CHECK(place.entries() == 1);
}

TEST_CASE("a stop comes before the widening") {
  const Place place;
  udrl::request_stop();
  const std::string message = place.refusal(3);
  udrl::request_stop(false);
  CHECK(names(message, "stopped"));
  CHECK(place.entries() == 1);
}

TEST_CASE("a disk that is too full is an error before anything is written") {
  CHECK_NOTHROW(require_room("", 1));
  CHECK_NOTHROW(require_room(fs::temp_directory_path(), 1));
  CHECK_THROWS_AS(require_room(fs::temp_directory_path(), std::numeric_limits<std::uint64_t>::max()), udrl::Error);
}

TEST_CASE("weights of an unknown kind, and an endpoint's, are refused") {
  const Place place;
  ModelOptions endpoint;
  endpoint.endpoint.urls = {"http://127.0.0.1:1/v1"};
  endpoint.endpoint.http_model = "m";
  CHECK_NOTHROW(open_model(endpoint));
  endpoint.weights = WeightsKind::bf16;
  CHECK_THROWS_AS(open_model(endpoint), udrl::Error);
}

TEST_CASE("weights is an option that counts when it is not the file's") {
  ModelOptions options;
  udrl::OptionSet set;
  declare(set, "teacher", options);
  CHECK(names(set.to_json(true), "teacher.weights"));
  CHECK_FALSE(names(set.to_json(false), "teacher.weights"));  // folders made before it was there go on
  set.parse({"--teacher.weights", "bf16"}, "tool", nullptr);
  CHECK(options.weights == WeightsKind::bf16);
  CHECK(names(set.to_json(false), "\"teacher.weights\": \"bf16\""));
  CHECK_THROWS_AS(set.parse({"--teacher.weights", "f8"}, "tool", nullptr), udrl::Error);
}

TEST_CASE("a name that ends in no .gguf keeps its dots") {
  const Place place;
  ModelOptions options;
  options.gguf = place.folder.path() / "Qwen2.5-0.5B";
  options.weights = WeightsKind::bf16;
  fs::rename(place.model, options.gguf);
  open_model(options);
  CHECK(fs::exists(place.folder.path() / "Qwen2.5-0.5B.bf16.gguf"));
}
