// Hidden benchmarks ([.bench]): few-shot synthesis and embedding as the pipeline asks for them. Not for: correctness.
//
//     build/release/tests/lm/test_lm "[.bench]" -s
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "catch.hpp"
#include "gguf/batch.hpp"
#include "llama/runtime.hpp"
#include "udrl/base/process.hpp"
#include "udrl/lm/language_model.hpp"

using namespace udrl::lm;
namespace fs = std::filesystem;

namespace {

int setting(const char* name, int otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::atoi(value) : otherwise;
}

fs::path model_file() {
  const char* named = std::getenv("UDRL_BENCH_MODEL");
  return fs::path(UDRL_SOURCE_DIR) / "models" / (named != nullptr ? named : "qwen2.5-coder-0.5b-instruct.q4_k_m.gguf");
}

/// About 300 tokens: instructions and four examples.
std::vector<Message> few_shot(const std::string& intent) {
  std::vector<Message> messages{
      {Role::system,
       "You write prompts for an image generator. The user types a few words. Answer with one prompt on one line, 10 "
       "to 32 "
       "words: the main thing in the picture and what surrounds it, then medium, light and colours. Name the subject "
       "and "
       "the objects, places and materials that belong to it. Keep any style the user asks for. Do not copy the request "
       "word for word, explain, or use quotation marks."}};
  const std::pair<const char*, const char*> examples[] = {
      {"oyster bar menu",
       "Six oysters on crushed ice with lemon wedges and a silver fork, seen from above, zinc counter, cold morning "
       "light, grey and pearl tones"},
      {"lighthouse",
       "Lighthouse on a black cliff at dusk, waves breaking below, one beam cutting through rain, gulls thrown "
       "sideways, loose gouache strokes, slate blue and amber"},
      {"night market poster",
       "Steam rising from noodle stalls under rows of red paper lanterns, wet pavement mirroring the lamps, crowd in "
       "silhouette, screen print with thick outlines"},
      {"chess club flat vector",
       "Ivory knight facing a black rook, long diagonal shadows, flat shapes in teal and cream"}};
  for (const auto& [asked, answer] : examples) {
    messages.push_back({Role::user, asked});
    messages.push_back({Role::assistant, answer});
  }
  messages.push_back({Role::user, intent});
  return messages;
}

Request synthesis_request(const LanguageModel& model, int i) {
  const char* subjects[] = {"sailing club",   "bakery",    "dental clinic", "jazz night",
                            "bicycle repair", "tea house", "ski school",    "pet hotel"};
  const char* formats[] = {"poster", "logo", "flyer", "banner", "menu", "sticker"};
  const std::string intent = std::string(subjects[i % 8]) + " " + formats[i / 8 % 6];
  Request request{std::to_string(i), model.chat(few_shot(intent)), 0, {}};
  request.shared_segments = request.prompt.size() - 2;
  request.sampling = {1.0, 0.95, 0, 1.0, 7, 72, true, {}};
  return request;
}

}  // namespace

TEST_CASE("few-shot synthesis", "[.bench]") {
  ModelOptions options;
  options.gguf = model_file();
  options.slots = setting("UDRL_BENCH_SLOTS", 32);
  options.batch = setting("UDRL_BENCH_BATCH", 512);
  if (const int threads = setting("UDRL_BENCH_THREADS", 0); threads > 0) udrl::set_compute_threads(threads);
  const auto model = open_model(options);
  const std::clock_t started = std::clock();
  const int count = setting("UDRL_BENCH_REQUESTS", 160);
  int asked = 0;
  int stops = 0;
  std::string sample;
  const Throughput figures = model->complete(
      [&]() -> std::optional<Request> {
        if (asked == count) return std::nullopt;
        return synthesis_request(*model, asked++);
      },
      [&](Completion answer) {
        stops += answer.finish == Finish::stop ? 1 : 0;
        if (sample.size() < 2000) sample += answer.id + " " + answer.text + "\n";
      });
  std::cout << sample << udrl::processor_description() << "\n"
            << figures.prompt_tokens << " prompt tokens, " << figures.generated_tokens << " generated, " << stops << "/"
            << count << " stopped, " << figures.seconds
            << " s: " << static_cast<double>(figures.generated_tokens) / figures.seconds << " generated tok/s, "
            << count / figures.seconds << " prompts/s, " << static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC
            << " s of processor time, peak " << udrl::peak_memory_bytes() / 1000000 << " MB\n";
  CHECK(stops > count / 2);
}

// What llama_decode itself allows: `slots` sequences behind one shared beginning, a token each a step, no sampling; and
// reading prompts in batches of 512. The cache is as full as in synthesis.
TEST_CASE("raw decode", "[.bench]") {
  constexpr int beginning = 450, own = 17, steps = 27;
  const int slots = setting("UDRL_BENCH_SLOTS", 32);
  start_llama();
  const ModelHandle model(llama_model_load_from_file(model_file().c_str(), llama_model_default_params()));
  llama_context_params parameters = llama_context_default_params();
  parameters.n_ctx = 4096;
  parameters.n_batch = parameters.n_ubatch = 512;
  parameters.n_seq_max = static_cast<std::uint32_t>(slots + 1);
  parameters.kv_unified = true;
  parameters.n_threads = parameters.n_threads_batch = setting("UDRL_BENCH_THREADS", udrl::compute_threads());
  const ContextHandle context(llama_init_from_model(model.get(), parameters));
  TokenBatch batch(512);
  const auto decode = [&] {
    const auto start = std::chrono::steady_clock::now();
    batch.decode(context.get());
    llama_synchronize(context.get());
    batch.clear();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  for (int i = 0; i < beginning; ++i) batch.add(1000 + i, i, slots, i + 1 == beginning);
  const double reading = beginning / decode();
  for (int s = 0; s < slots; ++s) {
    llama_memory_seq_cp(llama_get_memory(context.get()), slots, s, -1, -1);
    for (int i = 0; i < own; ++i) {
      batch.add(2000 + 31 * s + i, beginning + i, s, i + 1 == own);
      if (batch.room() == 0) decode();
    }
  }
  if (batch.size() > 0) decode();
  double seconds = 0;
  for (int step = 0; step < steps; ++step) {
    for (int s = 0; s < slots; ++s) batch.add(3000 + 17 * s + step, beginning + own + step, s, true);
    seconds += decode();
  }
  std::cout << udrl::processor_description() << "\n"
            << "raw: reading " << reading << " tokens/s, generating " << slots * steps / seconds << " tokens/s at "
            << slots << " sequences\n";
}
