// The first phase, on plain text: files, pieces, a run over both phases.
#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "data/plain_texts.hpp"
#include "data/token_store.hpp"
#include "train/run/stage.hpp"

using namespace udrl;
using namespace udrl::train;
using namespace udrl::train::testing;
using udrl::test::contains;
using udrl::test::error_of;

namespace {

/// Texts in two files and a folder below: 40 paragraphs of 12 words, and 40 of objects.
void write_texts(const fs::path& folder) {
  make_folder(folder / "below");
  std::string paragraphs, objects;
  for (int i = 0; i < 40; ++i) {
    const std::string text = "the " + nouns()[static_cast<std::size_t>(i) % nouns().size()] + " number " +
                             std::to_string(i) + " is a quiet place by the old river";
    paragraphs += text + "\nwith a garden\n\n";
    objects += R"({"text": ")" + text + R"("})" + "\n";
  }
  write_file_atomic(folder / "notes.txt", paragraphs);
  write_file_atomic(folder / "below" / "more.jsonl", objects);
}

struct World {
  World() {
    write_tagged(folder.path() / "tagged", 96, 16);
    write_texts(folder.path() / "texts");
  }
  TrainOptions options(const std::string& out) const {
    TrainOptions found = tiny(folder.path(), out);
    found.plain.data = folder.path() / "texts";
    found.plain.steps = 6;
    found.steps = 10;
    return found;
  }
  TokenStore store(int positions) const {
    Observer silent;
    return open_plain_store(folder.path() / "cache", {folder.path() / "texts", "hash", positions, pieces}, silent);
  }
  std::string error_with(const std::string& name, const std::string& content) const {
    write_file_atomic(folder.path() / "texts" / name, content);
    return error_of([&] { run(options("out")); });
  }
  TempFolder folder;
  student::Tokenizer pieces = tokenizer(samples(64));
};

}  // namespace

TEST_CASE("Documents are paragraphs and objects, in the order of the files, and end in </s>") {
  const World world;
  const TokenStore store = world.store(256);
  REQUIRE(store.size() == 80);
  CHECK(store[0].id == "more.jsonl:1");
  CHECK(store[40].id == "notes.txt:1");
  CHECK(store[41].id == "notes.txt:4");
  const auto ids = store[40].answer;
  CHECK(ids.back() == world.pieces.eos_id());
  CHECK(world.pieces.decode(std::vector<int>(ids.begin(), ids.end() - 1)) ==
        " the bakery number 0 is a quiet place by the old river with a garden");
}

TEST_CASE("A document that is longer than the model is cut, and only its last piece ends") {
  const World world;
  const TokenStore whole = world.store(256), cut = world.store(16);
  REQUIRE(cut.size() > whole.size());
  std::vector<TokenId> joined;
  for (std::uint32_t i = 0; i < cut.size() && cut[i].id == whole[0].id; ++i) {
    CHECK(cut[i].answer.size() <= 15);
    joined.insert(joined.end(), cut[i].answer.begin(), cut[i].answer.end());
  }
  const auto expected = whole[0].answer;
  if (joined.size() + 1 == expected.size()) joined.push_back(expected.back());  // </s> alone is no piece
  CHECK(joined == std::vector<TokenId>(expected.begin(), expected.end()));
}

TEST_CASE("A run learns plain text first, and says so") {
  const World world;
  Notes notes;
  const TrainOptions options = world.options("out");
  CHECK(run(options, notes).steps == 16);
  CHECK(contains(notes.all, "first 6 steps on plain text: 80 pieces"));
  const auto lines = metrics(options.out);
  REQUIRE(lines.size() == 16);
  CHECK(lines[5].value("phase", "") == "plain");
  CHECK(!lines[6].contains("phase"));
  CHECK(contains(read_file(options.out / "manifest.json"), "plain text"));
}

TEST_CASE("A run over both phases ends with the same bytes wherever it was stopped") {
  const World world;
  const TrainOptions straight = world.options("straight"), stopped = world.options("stopped");
  run(straight);
  for (const std::uint64_t step : {3, 6, 9}) run_until(stopped, step);
  run(stopped);
  for (const char* file : {"model.safetensors", "training_state.safetensors", "training_state.json"}) {
    INFO(file);
    CHECK(read_file(straight.out / file) == read_file(stopped.out / file));
  }
}

TEST_CASE("Weights by return are of records alone: plain text is learned as without") {
  const World world;
  TrainOptions weighted = world.options("weighted"), alike = world.options("alike");
  weighted.sequence.any_return = alike.sequence.any_return = 1;
  weighted.sequence.reward_weight = 2;
  run(weighted);
  run(alike);
  const auto a = metrics(weighted.out), b = metrics(alike.out);
  for (std::size_t i = 0; i < 6; ++i) CHECK(a.at(i).at("loss") == b.at(i).at("loss"));
  CHECK(a.at(6).at("loss") != b.at(6).at("loss"));
}

TEST_CASE("Patience does not end the first phase") {
  const World world;
  TrainOptions options = world.options("out");
  options.early_stopping.patience = 1;
  options.early_stopping.min_delta = 100;
  options.valid_every = 1;
  CHECK(run(options).steps == 8);  // the first evaluation of the second phase, and one that was not lower
}

TEST_CASE("Trouble in the first phase names files and lines") {
  const World world;
  TrainOptions options = world.options("out");
  options.plain.steps = 300;
  const std::string error = error_of_high_rate(options, 100);
  INFO(error);
  CHECK(contains(error, "diverged"));
  CHECK((contains(error, "records more.jsonl:") || contains(error, "records notes.txt:")));
  CHECK(saved_state(options.out).at("step") == 100);
}

TEST_CASE("A paragraph that is read in parts ends where it ends") {
  const TempFolder folder;
  const std::string line(1023, 'x'), part = [&] {
    std::string lines;
    for (int i = 0; i < 64; ++i) lines += line + "\n";
    return lines;
  }();
  write_file_atomic(folder.path() / "a.txt", part + "\nnext\n\n" + part + "and on\n");
  PlainReader reader(folder.path());
  std::vector<std::pair<std::string, bool>> found;
  while (const auto text = reader.next()) found.emplace_back(text->place, text->ends);
  const std::vector<std::pair<std::string, bool>> expected{
      {"a.txt:1", true}, {"a.txt:66", true}, {"a.txt:68", false}, {"a.txt:132", true}};
  CHECK(found == expected);
}

TEST_CASE("A file of one line is read in parts of whole words") {
  const TempFolder folder;
  std::string line;
  for (int i = 0; line.size() < 200'000; ++i) line += (i > 0 ? " word" : "word") + std::to_string(i);
  write_file_atomic(folder.path() / "a.txt", line);
  PlainReader reader(folder.path());
  std::string joined;
  std::vector<bool> ends;
  while (const auto text = reader.next()) {
    CHECK(text->text.size() < 70'000);
    joined += sequence_text(*text);
    ends.push_back(text->ends);
  }
  CHECK(joined == " " + line);
  CHECK(ends == std::vector<bool>{false, false, false, true});
}

TEST_CASE("What says how a file is read is part of its hash") {
  const TempFolder folder;
  write_file_atomic(folder.path() / "a.txt", "text\n");
  fs::copy_file(folder.path() / "a.txt", folder.path() / "a.jsonl");
  CHECK(hash_plain(folder.path() / "a.txt") != hash_plain(folder.path() / "a.jsonl"));
}

TEST_CASE("Objects are known by the file's name in any case, and their keys are no text") {
  for (const char* name : {"a.jsonl", "a.JSONL", "a.ndjson", "a.json"}) {
    const TempFolder folder;
    write_file_atomic(folder.path() / name, "\xEF\xBB\xBF{\"text\": \"a quiet place\", \"by\": null}\r\n");
    PlainReader reader(folder.path());
    const auto text = reader.next();
    REQUIRE(text);
    CHECK(text->text == "a quiet place");
    CHECK_FALSE(reader.next());
  }
}

TEST_CASE("Plain text that cannot be read is refused with file and line") {
  CHECK(contains(World().error_with("bad.txt", "fine\n\ncaf\xE9\n"), "bad.txt:3"));
  const std::string without = World().error_with("bad.jsonl", "{\"txt\": \"a\"}\n");
  CHECK(contains(without, "bad.jsonl:1"));
  CHECK(contains(without, "field \"text\" is missing"));
  const World world;
  TrainOptions options = world.options("out");
  options.plain.data = world.folder.path() / "none";
  CHECK(contains(error_of([&] { run(options); }), "no such file or folder"));
  make_folder(options.plain.data);
  CHECK(contains(error_of([&] { run(options); }), "holds no file"));
  options.plain.data = "";
  CHECK(contains(error_of([&] { run(options); }), "--plain.data"));
}
