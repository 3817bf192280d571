// Stages that ask an endpoint, from its bytes to their files: what it refuses never becomes a record, is counted by
// cause, and is asked again. Not for: how replies are read (tests/lm/http/endpoint_test.cpp).
#include <atomic>
#include <functional>
#include <mutex>
#include <set>

#include "catch.hpp"
#include "distill/support.hpp"
#include "lm/http/fake_server.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/distill/intents.hpp"
#include "udrl/distill/score.hpp"
#include "udrl/distill/synthesize.hpp"

using namespace udrl;
using namespace udrl::distill;
using namespace udrl::distill::testing;
using data::Json;

namespace {

std::string chat_answer(const std::string& text, const Json& reason = "stop") {
  return Json{{"choices", {{{"message", {{"content", text}}}, {"finish_reason", reason}}}},
              {"usage", {{"prompt_tokens", 9}, {"completion_tokens", 3}}}}
      .dump();
}

std::string good_answer(const std::string& body) {
  return chat_answer("A quiet scene with soft light, drawn in fine lines, number " +
                     std::to_string(std::hash<std::string>{}(body) % 100000));
}

/// Answers by the number of the request, from 0.
struct Endpoint {
  using Reply = std::function<FakeReply(int number, const std::string& body)>;
  explicit Endpoint(Reply reply)
      : answer(std::move(reply)), server([this](const auto&, const auto&, const auto& body) {
          const std::lock_guard lock(mutex);
          return answer(asked++, body);
        }) {}

  std::mutex mutex;
  Reply answer;
  int asked = 0;
  FakeServer server;  // last: it stops first
};

FakeReply good(int, const std::string& body) { return {200, good_answer(body), "", false}; }

lm::ModelOptions model_at(const FakeServer& server) {
  lm::ModelOptions options;
  options.endpoint.urls = {server.url()};
  options.endpoint.http_model = "test-model";
  options.slots = 2;
  options.endpoint.longest_wait = 0.01;
  return options;
}

/// 4 intents, 3 draws each.
SynthesizeOptions options_in(const TempFolder& folder, const FakeServer& server) {
  data::ShardWriter writer(folder / "intents");
  for (const char* text : {"holiday sale", "yoga retreat", "lost cat", "tea shop"}) {
    if (data::has_shards(folder / "intents")) break;
    writer.append(data::to_json(data::Intent{content_id({text}), text, "group", text, "", ""}));
  }
  writer.close();
  SynthesizeOptions options;
  options.intents = folder / "intents";
  options.tasks_folder = fs::path(UDRL_SOURCE_DIR) / "data/tasks";
  options.tasks = {"image"};
  options.out = folder / "samples";
  options.draws = 3;
  options.teacher = model_at(server);
  return options;
}

template <class Act>
Error error_of(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  return stopped_error("nothing was thrown", "");
}

std::uint64_t failed_in(const data::Manifest& manifest) {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : manifest.counts) sum += name.starts_with("failed_") ? count : 0;
  return sum;
}

Json ledger(const fs::path& folder) { return Json::parse(read_file(folder / "failures.json")); }

}  // namespace

TEST_CASE("Whatever an endpoint fails is no record, and the same command asks for it again") {
  const NoStop no_stop;
  const TempFolder folder;
  const auto [status, body, cause] = GENERATE(
      table<int, std::string, std::string>({{402, R"({"error":{"message":"no credit left"}})", "status 402"},
                                            {400, R"({"error":"bad"})", "status 400"},
                                            {413, "request entity too large", "status 413"},
                                            {422, "no", "status 422"},
                                            {200, R"({"error":{"message":"overloaded"}})", "error in the reply"},
                                            {200, R"({"choices":null})", "no choices"},
                                            {200, R"({"choices":[{"message":{"content":"A quiet scene)", "not JSON"},
                                            {200, "<html><body>Welcome</body></html>", "not JSON"}}));
  CAPTURE(status, body);
  std::atomic<bool> is_well = false;
  std::set<std::string> refused;
  Endpoint endpoint([&](int number, const std::string& asked) {
    if (!is_well && (number % 4 == 1 || refused.contains(asked))) {
      refused.insert(asked);
      return FakeReply{status, body, "", false};
    }
    return good(number, asked);
  });
  const SynthesizeOptions options = options_in(folder, endpoint.server);
  const Error error = error_of([&] { synthesize(options, quiet_context()); });
  CHECK(error.exit_code() == 1);
  CHECK(std::string(error.what()).find(cause) != std::string::npos);
  const data::Manifest manifest = data::read_manifest(options.out);
  CHECK_FALSE(manifest.complete);
  const auto records = data::read_records(options.out);
  CHECK(records.size() + failed_in(manifest) == 12);
  CHECK(records.size() + refused.size() == 12);
  for (const data::Record& record : records) CHECK(record.answer.find("A quiet scene with soft light") == 0);
  CHECK(ledger(options.out).at("failures").at(cause).at("requests") == refused.size());

  is_well = true;
  const int before = endpoint.asked;
  CHECK(synthesize(options, quiet_context()).manifest.complete);
  CHECK(endpoint.asked - before == static_cast<int>(refused.size()));
  CHECK(data::read_records(options.out).size() == 12);
  CHECK(failed_in(data::read_manifest(options.out)) == 0);
  CHECK_FALSE(fs::exists(options.out / "failures.json"));
}

TEST_CASE("A systematic refusal ends synthesis early, keeps what was answered, and can be mended in the config") {
  const NoStop no_stop;
  const TempFolder folder;
  Endpoint endpoint([](int, const std::string&) {
    return FakeReply{400, R"({"error":{"message":"seed is not supported"}})", "", false};
  });
  SynthesizeOptions options = options_in(folder, endpoint.server);
  options.draws = 50;
  const Error error = error_of([&] { synthesize(options, quiet_context()); });
  CHECK(error.exit_code() == 1);
  CHECK(std::string(error.what()).find("seed is not supported") != std::string::npos);
  CHECK(endpoint.asked < 30);
  CHECK_FALSE(data::has_shards(options.out));
  CHECK(ledger(options.out).at("failures").at("status 400").at("words") == "seed is not supported");

  endpoint.answer = good;
  options.draws = 3;
  options.teacher.endpoint.leave_out = {"seed"};
  const RunContext other = quiet_context(R"({"teacher.leave_out": ["seed"]})");
  CHECK(synthesize(options, other).manifest.complete);
}

TEST_CASE("Answers that older versions recorded as errors are asked for again") {
  const NoStop no_stop;
  const TempFolder folder;
  Endpoint endpoint(good);
  const SynthesizeOptions options = options_in(folder, endpoint.server);
  synthesize(options, quiet_context());
  auto records = data::read_records(options.out);
  records[3].finish = "error";
  fs::remove(options.out / "part-00000.jsonl");
  write_records(options.out, records);
  const int before = endpoint.asked;
  CHECK(synthesize(options, quiet_context()).manifest.counts.at("stop") == 12);
  CHECK(endpoint.asked == before + 1);
}

TEST_CASE("Ends that nobody knows are counted by name over all runs, and the answers kept") {
  const NoStop no_stop;
  const TempFolder folder;
  Endpoint endpoint([](int, const std::string& body) {
    Json answer = Json::parse(good_answer(body));
    answer["choices"][0]["finish_reason"] = "because";
    return FakeReply{200, answer.dump(), "", false};
  });
  SynthesizeOptions options = options_in(folder, endpoint.server);
  CHECK(synthesize(options, quiet_context()).manifest.counts.at("unknown_finish_because") == 12);
  CHECK(synthesize(options, quiet_context()).manifest.counts.at("unknown_finish_because") == 12);
  for (const data::Record& record : data::read_records(options.out)) CHECK(record.finish == "stop");
}

TEST_CASE("What a filter withholds is recorded as that, no sample, and not asked again") {
  const NoStop no_stop;
  const TempFolder folder;
  Endpoint endpoint([](int number, const std::string& body) {
    if (number == 2) return FakeReply{200, chat_answer("A quiet", "content_filter"), "", false};
    return good(number, body);
  });
  const SynthesizeOptions options = options_in(folder, endpoint.server);
  const data::Manifest manifest = synthesize(options, quiet_context()).manifest;
  CHECK(manifest.complete);
  CHECK(manifest.counts.at("content_filter") == 1);
  synthesize(options, quiet_context());
  CHECK(endpoint.asked == 12);
}

TEST_CASE("An endpoint's error is never an invented intent, and its list is asked for again") {
  const NoStop no_stop;
  const TempFolder folder;
  Endpoint endpoint([](int number, const std::string&) {
    if (number == 0) return FakeReply{413, "request entity too large", "", false};
    return FakeReply{200, chat_answer("harbour tour " + std::to_string(number) + "\nferry timetable"), "", false};
  });
  std::ofstream(folder / "own.csv") << "intent,group\nalpine hut,travel\ntennis club,sports\n";
  IntentsOptions options;
  options.from = folder / "own.csv";
  options.out = folder / "intents";
  options.invent = 3;
  options.teacher = model_at(endpoint.server);
  const Error error = error_of([&] { make_intents(options, quiet_context()); });
  CHECK(error.exit_code() == 1);
  CHECK(std::string(error.what()).find("request entity too large") != std::string::npos);
  CHECK(data::read_manifest(options.out).counts.at("failed_status_413") == 1);
  CHECK(endpoint.asked == 3);
  const data::Manifest manifest = make_intents(options, quiet_context());
  CHECK(manifest.complete);
  CHECK(endpoint.asked == 4);
  for (const data::Intent& intent : data::read_intents(options.out)) {
    CHECK(intent.intent.find("status") == std::string::npos);
    CHECK(intent.intent.find("entity") == std::string::npos);
  }
}

TEST_CASE("A judge that lists no digit is counted apart, and scoring goes on") {
  const NoStop no_stop;
  const TempFolder folder;
  std::vector<data::Record> records;
  for (int i = 0; i < 6; ++i)
    records.push_back(sample("intent " + std::to_string(i), "image", 0, "picture " + std::to_string(i)));
  write_records(folder / "in", records);
  Endpoint endpoint([](int, const std::string& body) {
    const bool is_odd = body.find("picture 3") != std::string::npos;
    const Json top{{{"token", is_odd ? "Good" : "4"}, {"logprob", -0.5}}};
    Json choice{{"message", {{"content", "4"}}}, {"finish_reason", "length"}};
    choice["logprobs"] = {{"content", {{{"token", "4"}, {"logprob", -0.5}, {"top_logprobs", top}}}}};
    return FakeReply{200, Json{{"choices", {choice}}}.dump(), "", false};
  });
  ScoreOptions options;
  options.input = {(folder / "in").string()};
  options.out = folder / "scored";
  options.scorers = {"judge", "words"};
  options.tasks_folder = fs::path(UDRL_SOURCE_DIR) / "data/tasks";
  options.judge = model_at(endpoint.server);
  options.scorers.push_back("valid");  // all are scored, whatever their rules say
  const data::Manifest manifest = score_samples(options, quiet_context());
  CHECK(manifest.complete);
  CHECK(manifest.counts.at("scored") == 6);
  CHECK(manifest.counts.at("unscored_judge") == 1);
  int without = 0;
  for (const data::Record& record : data::read_records(options.out)) {
    const bool has = record.scores.contains("judge");
    without += has ? 0 : 1;
    CHECK(record.extra.contains("unscored") == !has);
  }
  CHECK(without == 1);
}
