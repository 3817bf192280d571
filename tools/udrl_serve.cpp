// udrl-serve: a trained student behind HTTP. Not for: answers on the command line (udrl-generate).
#include "udrl/base/error.hpp"
#include "udrl/base/process.hpp"
#include "udrl/base/standard_output.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/inference/quick.hpp"
#include "udrl/lm/library_versions.hpp"
#include "udrl/serve/serve.hpp"

namespace {

using namespace udrl;

struct Options {
  std::filesystem::path model;
  serve::ServeOptions server;
  inference::Pace pace;
  lm::ModelOptions embedder = impatient();

  /// Somebody waits for each answer.
  static lm::ModelOptions impatient() {
    lm::ModelOptions options;
    options.endpoint.longest_wait = 2;
    options.endpoint.retry_for = 5;
    return options;
  }
};

void declare(OptionSet& set, Options& o) {
  set.add("model", o.model,
          "checkpoint folder of udrl-train; a small student is run by one thread, unless `threads` says more")
      .required();
  set.add("host", o.server.host, "address to listen on; beyond this machine only with a key or a proxy in front");
  set.add("port", o.server.port, "0: any that is free").range(0, 65'535);
  set.add("name", o.server.name, "how clients call the student; default: the folder's name");
  set.add("task", o.server.task, "what is written where a client names no task; default: the student's first");
  set.add("api_key_env", o.server.api_key_env, "environment variable that holds the key which clients must send")
      .names_secret();
  set.add("allowed_origins", o.server.allowed_origins, "web pages of other sites that may ask: https://example.com,…");
  declare(set, o.pace);
  set.add("allowed_hosts", o.server.allowed_hosts,
          "names that a proxy in front passes on as Host: prompts.example.com,…");
  set.add("clients", o.server.clients, "connections served at once; further ones wait").range(1, 10'000);
  set.add("waiting", o.server.waiting, "answers that may wait; a request beyond it is told 503").range(1, 1'000'000);
  set.add("most_answers", o.server.most_answers, "answers that one request may ask for").range(1, 10'000);
  set.add("body_kib", o.server.body_kib, "size of a request, KiB").range(1, 1 << 20);
  lm::declare(set, "embedder", o.embedder);
}

std::string name_of(const Options& o) {
  return o.server.name.empty() ? std::filesystem::weakly_canonical(o.model).filename().string() : o.server.name;
}

void serve_student(Options o, Observer& observer) {
  o.server.name = name_of(o);
  const lm::ModelOptions model = model_options(o.pace, o.model);
  o.server.slots = model.slots;
  auto student = inference::StudentModel::open(o.model, model, student::has_critic(o.model));
  const bool ranks = lm::is_named(o.embedder);
  std::optional<inference::OpenRanker> ranker;
  if (ranks) ranker.emplace(o.embedder, static_cast<std::size_t>(o.server.most_answers), &observer);
  const auto tell = [&](const std::string& url) {
    (void)print_line(url);
    observer.note(Level::info, o.server.name + " answers at " + url + " (page), " + url + "/v1 (OpenAI's interface); " +
                                   "Ctrl-C ends it");
  };
  serve::serve({student, ranker ? &ranker->ranker() : nullptr}, o.server, observer, tell);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::vector<Subcommand> commands(1);
  commands[0].help = "serve a student over HTTP: OpenAI's completions, type-ahead, a page";
  declare(commands[0].options, options);
  commands[0].run = [&options](const RunContext& context) {
    const bool are_named = data::Fields(data::parse_json(context.config_json), "options").integer("threads") != 0;
    if (!are_named && inference::is_small(options.model)) set_compute_threads(1);
    serve_student(options, context.observer);
  };
  return run_tool(argc, argv, {"udrl-serve", lm::library_versions()}, std::move(commands));
}
