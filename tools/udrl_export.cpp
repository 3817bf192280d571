// udrl-export: a trained student as one file, or as a folder to hand on. Not for: asking it (udrl-generate,
// udrl-serve).
#include "udrl/base/error.hpp"
#include "udrl/base/standard_output.hpp"
#include "udrl/base/table.hpp"
#include "udrl/base/tool.hpp"
#include "udrl/lm/library_versions.hpp"
#include "udrl/page/figures.hpp"
#include "udrl/serve/one_file.hpp"
#include "udrl/student/critic.hpp"
#include "udrl/student/folder_export.hpp"
#include "udrl/student/gguf_export.hpp"

namespace {

using namespace udrl;

struct GgufCommand {
  std::filesystem::path model;
  student::GgufOptions gguf{.type = student::GgufType::q8_0};
};

/// `otherwise` says what an empty name or licence stands for.
void declare_gguf(OptionSet& set, student::GgufOptions& o, const std::string& otherwise) {
  set.add_enum("type", o.type,
               "of the matrices: f32, f16, q8_0 (the fastest on processors), q4_0 (the smallest; loses some)");
  set.add("name", o.name, "what the file calls the student" + otherwise);
  set.add("licence", o.licence, "of the weights: an SPDX id in lower case; mind those of teacher and data" + otherwise);
  set.add("author", o.author, "who made it");
  set.add("base_model", o.started_from, "the model whose weights training began with, if any");
}

void declare(OptionSet& set, GgufCommand& o) {
  set.add("model", o.model, "checkpoint folder of udrl-train").required();
  set.add("out", o.gguf.file, "the file to write").required();
  declare_gguf(set, o.gguf, "");
}

void declare(OptionSet& set, student::FolderOptions& o) {
  set.add("model", o.model, "checkpoint folder of udrl-train").required();
  set.add("out", o.folder, "the folder to make").required();
  declare_gguf(set, o.gguf, "; default: what the checkpoint's card says");
}

void declare(OptionSet& set, serve::OneFileOptions& o) {
  o.runtime = ".deps/wllama-2.3.7";
  set.add("model", o.model, "checkpoint folder of udrl-train, or one of 'folder' in q8_0").required();
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

void note_proof(const student::ExportProof& proof, Observer& observer) {
  observer.note(Level::info, "llama.cpp cuts " + grouped(proof.texts) +
                                 " odd texts into the checkpoint's tokens, and its next-token distributions lie " +
                                 scientific(proof.divergence) + " nats from those of a plain forward pass (" +
                                 page::plural(proof.positions, "position") + ")");
}

void export_gguf(const GgufCommand& o, Observer& observer) {
  const student::GgufExport made = student::export_gguf(o.model, o.gguf);
  note_proof(made.proof.value(), observer);
  observer.note(Level::info, made.file.string() + ": " + to_string(o.gguf.type) + ", " + megabytes(made.bytes) +
                                 ", SHA-256 " + made.sha256);
}

void export_folder(const student::FolderOptions& o, Observer& observer) {
  const student::FolderExport made = student::export_folder(o);
  note_proof(made.gguf.proof.value(), observer);
  observer.note(Level::info, o.folder.string() + (made.was_there ? ": there already, nothing to do: " : ": ") +
                                 to_string(o.gguf.type) + ", " + megabytes(made.bytes) + ", SHA-256 of student.gguf " +
                                 made.gguf.sha256);
  for (const std::string& file : made.lacks)
    observer.note(Level::info, "without " + file + ", for the checkpoint's was measured on another student.gguf; to " +
                                   (file == student::files::critic ? "fit one to this: udrl-distill critic"
                                                                   : "measure this one: udrl-eval --certify") +
                                   " --student " + o.folder.string());
}

void export_page(serve::OneFileOptions o, Observer& observer) {
  if (o.name.empty()) o.name = std::filesystem::weakly_canonical(o.model).filename().string();
  const std::uint64_t bytes = serve::write_one_file(o);
  observer.note(Level::info, o.file.string() + ": " + megabytes(bytes) + "; open it in a browser, it needs no network");
}

}  // namespace

int main(int argc, char** argv) {
  GgufCommand gguf;
  student::FolderOptions folder;
  serve::OneFileOptions page;
  std::vector<Subcommand> commands(3);
  commands[0].name = "gguf";
  commands[0].help =
      "one GGUF file for llama.cpp and what is built on it; written only if it is proved to be the student";
  declare(commands[0].options, gguf);
  commands[0].run = [&gguf](const RunContext& context) { export_gguf(gguf, context.observer); };
  commands[1].name = "folder";
  commands[1].help = "a folder to publish or to ship: that GGUF, what can be asked of it, a Modelfile and a card";
  declare(commands[1].options, folder);
  commands[1].run = [&folder](const RunContext& context) { export_folder(folder, context.observer); };
  commands[2].name = "page";
  commands[2].help = "one HTML file with the student inside: type-ahead in a browser, from a disk, without a server";
  declare(commands[2].options, page);
  commands[2].run = [&page](const RunContext& context) { export_page(page, context.observer); };
  return run_tool(argc, argv, {"udrl-export", lm::library_versions()}, std::move(commands));
}
