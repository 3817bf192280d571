// udrl-export: a trained student as one file. Not for: asking it (udrl-generate, udrl-serve).
#include "udrl/base/error.hpp"
#include "udrl/base/standard_output.hpp"
#include "udrl/base/table.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/lm/library_versions.hpp"
#include "udrl/page/figures.hpp"
#include "udrl/serve/one_file.hpp"
#include "udrl/student/gguf_export.hpp"

namespace {

using namespace udrl;

struct GgufCommand {
  std::filesystem::path model;
  student::GgufOptions gguf{.type = student::GgufType::q8_0};
};

void declare(OptionSet& set, GgufCommand& o) {
  set.add("model", o.model, "checkpoint folder of udrl-train").required();
  set.add("out", o.gguf.file, "the file to write").required();
  set.add_enum("type", o.gguf.type,
               "of the matrices: f32, f16, q8_0 (the fastest on processors), q4_0 (the smallest; loses some)");
  set.add("name", o.gguf.name, "what the file calls the student");
  set.add("licence", o.gguf.licence, "of the weights: an SPDX id in lower case; mind those of teacher and data");
  set.add("author", o.gguf.author, "who made it");
  set.add("base_model", o.gguf.started_from, "the model whose weights training began with, if any");
}

void declare(OptionSet& set, serve::OneFileOptions& o) {
  o.runtime = ".deps/wllama-2.3.7";
  set.add("model", o.model, "checkpoint folder of udrl-train").required();
  set.add("out", o.file, "the HTML file to write").required();
  set.add("runtime", o.runtime, "folder of llama.cpp in WebAssembly; scripts/fetch_wllama.sh fetches it");
  set.add("name", o.name, "what the page calls the student; default: the folder's name");
  set.add("task", o.task, "whose card comes first; default: the student's first");
}

std::string megabytes(std::uint64_t bytes) { return fixed(static_cast<double>(bytes) / 1e6, 1) + " MB"; }

std::string scientific(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

void export_gguf(const GgufCommand& o, Observer& observer) {
  const student::GgufExport made = student::export_gguf(o.model, o.gguf);
  const student::ExportProof& proof = made.proof.value();
  observer.note(Level::info, "llama.cpp cuts " + grouped(proof.texts) +
                                 " odd texts into the checkpoint's tokens, and its next-token distributions lie " +
                                 scientific(proof.divergence) + " nats from those of a plain forward pass (" +
                                 page::plural(proof.positions, "position") + ")");
  observer.note(Level::info, made.file.string() + ": " + to_string(o.gguf.type) + ", " + megabytes(made.bytes) +
                                 ", SHA-256 " + made.sha256);
}

void export_page(serve::OneFileOptions o, Observer& observer) {
  if (o.name.empty()) o.name = std::filesystem::weakly_canonical(o.model).filename().string();
  const std::uint64_t bytes = serve::write_one_file(o);
  observer.note(Level::info, o.file.string() + ": " + megabytes(bytes) + "; open it in a browser, it needs no network");
}

}  // namespace

int main(int argc, char** argv) {
  GgufCommand gguf;
  serve::OneFileOptions page;
  std::vector<Subcommand> commands(2);
  commands[0].name = "gguf";
  commands[0].help =
      "one GGUF file for llama.cpp and what is built on it; written only if it is proved to be the student";
  declare(commands[0].options, gguf);
  commands[0].run = [&gguf](const RunContext& context) { export_gguf(gguf, context.observer); };
  commands[1].name = "page";
  commands[1].help = "one HTML file with the student inside: type-ahead in a browser, from a disk, without a server";
  declare(commands[1].options, page);
  commands[1].run = [&page](const RunContext& context) { export_page(page, context.observer); };
  return run_tool(argc, argv, {"udrl-export", lm::library_versions()}, std::move(commands));
}
