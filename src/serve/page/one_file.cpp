// The page's files, the student and llama.cpp, put into one.
#include "udrl/serve/one_file.hpp"

#include <openssl/evp.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "asked_table.hpp"
#include "carried_ideas.hpp"
#include "page_files.hpp"
#include "student_facts.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/gzip.hpp"
#include "udrl/inference/answers.hpp"
#include "udrl/lm/weights.hpp"
#include "udrl/student/checkpoint.hpp"
#include "udrl/student/gguf_export.hpp"
#include "udrl/student/ideas.hpp"

namespace udrl::serve {
namespace {

namespace fs = std::filesystem;
using data::OrderedJson;

void replace_once(std::string& text, std::string_view old, std::string_view by) {
  const std::size_t at = text.find(old);
  if (at == std::string::npos || text.find(old, at + 1) != std::string::npos)
    throw failure("the page has not once what is to be replaced in it").got(std::string(old));
  text.replace(at, old.size(), by);
}

std::string base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and a NUL
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// Only these scripts run: one that an answer brought along would be another.
std::string policy(std::initializer_list<std::string> scripts) {
  std::string allowed;
  for (const std::string& code : scripts) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(code.data(), code.size(), hash, &size, EVP_sha256(), nullptr);
    allowed += "'sha256-" + base64(std::string(reinterpret_cast<const char*>(hash), size)) + "' ";
  }
  return "default-src 'none'; script-src " + allowed +
         "'wasm-unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
         "form-action 'none'";
}

std::string script(const std::string& attributes, std::string_view content) {
  return std::string("<script ").append(attributes).append(">").append(content).append("</script>\n");
}

/// Code as it is. An element that ended within it would end early.
std::string code(std::string_view text) {
  for (const char* end : {"</script", "</style", "<script", "<!--"})
    if (text.find(end) != std::string_view::npos) throw failure("code of the page holds markup").got(end);
  return std::string("\n").append(text);
}

std::string packed(const std::string& id, const std::string& bytes) {
  return script("type=\"application/octet-stream\" id=\"" + id + "\"", base64(data::gzipped(bytes)));
}

/// No element ends, and no comment begins, within it.
std::string json_in_html(const OrderedJson& json) {
  std::string out;
  for (const char c : data::json_line(json)) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return out;
}

/// What the student writes beside text, and nobody is shown.
OrderedJson written_pieces(const command::Fitted& fitted) {
  return fitted.countdown ? OrderedJson(command::left_pieces()) : OrderedJson::array();
}

/// Commands that are never asked, the page reads from their probabilities: logits by the first, and the critic by the
/// second.
std::vector<std::string> unused_pieces(const command::Fitted& fitted) {
  std::vector<std::string> pieces;
  for (int task = command::max_tasks; task-- > static_cast<int>(fitted.tasks.size());)
    pieces.push_back(command::task_piece(task));
  for (int which = command::max_auxiliary; which >= fitted.returns(); --which)
    pieces.push_back(command::return_piece(0, which));
  for (int bin = fitted.bins; bin < command::max_returns; ++bin) pieces.push_back(command::return_piece(bin));
  if (pieces.empty()) throw user_error("a student that uses every command of its vocabulary cannot answer in a page");
  pieces.resize(std::min<std::size_t>(pieces.size(), 2));
  return pieces;
}

/// As many drafts of each task as a browser writes in half a second.
constexpr int drafts = 16;

OrderedJson drawing() {
  const inference::Drawing usual;
  return {{"temperature", inference::usual::temperature},
          {"spelling_temperature", usual.spelling_temperature},
          {"top_p", usual.top_p},
          {"repeat_penalty", usual.repeat_penalty},
          {"repeat_window", 64},
          {"drafts",
           {{"temperature", inference::usual::draft_temperature},
            {"opening_temperature", inference::usual::draft_opening_temperature},
            {"rung", inference::Heat::rung},
            {"one_in", inference::Heat::one_in}}}};
}

/// What it needs to choose among drafts; null where it cannot.
OrderedJson carried_critic(const inference::StudentModel& student, std::size_t unused) {
  const auto& critic = student.critic();
  if (!critic || unused < 2) return nullptr;
  return {{"log_prob", critic->log_prob}, {"state", critic->state}};
}

OrderedJson student_data(const inference::StudentModel& student, const OneFileOptions& options) {
  const command::Fitted& fitted = student.fitted();
  const std::string task = options.task.empty() ? fitted.task(0).name : fitted.task(options.task).name;
  const std::vector<std::string> unused = unused_pieces(fitted);
  const OrderedJson critic = carried_critic(student, unused.size());
  const Choosing choosing{false, !critic.is_null(), drafts * static_cast<int>(fitted.tasks.size())};
  return {{"student", student_facts(student, options.name, task, choosing)},
          {"drawing", drawing()},
          {"critic", critic},
          {"unused", unused},
          {"writes", written_pieces(fitted)},
          {"ideas", student.ideas() ? carried_ideas(options.model / student::files::ideas) : OrderedJson()},
          {"asked", asked_table(student)}};
}

/// A folder of its own, removed again; what a killed process leaves there is in nobody's way.
class ScratchFolder {
 public:
  ScratchFolder() : path_((fs::temp_directory_path() / "udrl-export-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw file_error("cannot make a folder", path_, errno);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  fs::path file(const char* name) const { return fs::path(path_) / name; }

 private:
  std::string path_;
};

std::string exported_student(const fs::path& model) {
  const ScratchFolder scratch;
  const fs::path file = scratch.file("student.gguf");
  (void)student::export_gguf(model, {.type = student::GgufType::q8_0, .file = file});
  return read_weights(file);
}

/// A folder that somebody was handed has no checkpoint to prove anything by, but a file that was proved.
std::string student_in(const fs::path& model) {
  if (fs::exists(model / student::files::config)) return exported_student(model);
  const fs::path file = model / student::files::gguf;
  if (lm::stored_weights(file) == lm::WeightsKind::q8_0) return read_weights(file);
  throw user_error("a page holds a student in q8_0, and this folder has another one and no checkpoint to make it from")
      .at(file.string())
      .hint("name the folder that udrl-train wrote, or one of udrl-export folder --type q8_0");
}

std::string runtime_file(const OneFileOptions& options, const char* name) {
  const fs::path file = options.runtime / name;
  if (fs::exists(file)) return read_file(file);
  throw user_error("there is no llama.cpp in WebAssembly")
      .at(file.string())
      .hint("fetch it: scripts/fetch_wllama.sh; or name its folder with --runtime");
}

std::string page_html(const std::string& licence, const std::string& policy) {
  std::string html = page::html;
  replace_once(html, "<meta charset=\"utf-8\">",
               "<meta charset=\"utf-8\">\n  <meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\">");
  replace_once(html, "<link rel=\"stylesheet\" href=\"/page.css\">", "<style>" + code(page::css) + "</style>");
  replace_once(html, "  <script type=\"module\" src=\"/page.js\"></script>\n", "");
  replace_once(html, "time at the server", "time it took");
  replace_once(html, " The same answers come from <code>POST /v1/typeahead</code>.", "");
  replace_once(
      html, "<html lang=\"en\">",
      "<!-- Inside: llama.cpp (MIT, Copyright (c) 2023-2025 The ggml authors) as wllama builds it, whose licence "
      "this is:\n" +
          licence + "-->\n<html lang=\"en\">");
  return html;
}

}  // namespace

std::uint64_t write_one_file(const OneFileOptions& options) {
  const std::string glue = runtime_file(options, "wllama.js"), wasm = runtime_file(options, "wllama.wasm");
  const std::string chance = code(page::local_random_js), shown = code(page::js);
  const std::string server = chance + code(page::local_ideas_js) + code(page::local_js);
  std::string html = page_html(runtime_file(options, "LICENCE"), policy({server, shown}));
  const auto student = inference::StudentModel::open(options.model, {}, true);
  const OrderedJson facts = student_data(student, options);
  const std::string model = student_in(options.model);
  const std::string ideas =
      student.ideas() ? packed("student-ideas", read_weights(options.model / student::files::ideas)) : "";
  replace_once(html, "</body>",
               script("type=\"application/json\" id=\"student-data\"", json_in_html(facts)) +
                   script("type=\"text/plain\" id=\"student-worker\"", chance + code(page::local_worker_js)) +
                   packed("llama-js", glue) + packed("llama-wasm", wasm) + packed("student-model", model) + ideas +
                   script("type=\"module\"", server) + script("type=\"module\"", shown) + "</body>");
  write_file_atomic(options.file, html);
  return html.size();
}

}  // namespace udrl::serve
