// A student's tokenizer rebuilt from tokenizer.json.
#include "udrl/student/tokenizer_import.hpp"

#include <nlohmann/json.hpp>

#include "base/errors/expect_error.hpp"
#include "catch.hpp"
#include "student/tiny.hpp"
#include "tokenizer/export.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::student;
using udrl::test::contains;
using udrl::test::error_of;
using Json = nlohmann::ordered_json;

TEST_CASE("tokenizer.json gives back the tokenizer that it was written from") {
  const Tokenizer& was = tiny::tokenizer();
  const Tokenizer now = Tokenizer::from_bytes(tokenizer_model_from_json(tokenizer_json(was), "x"), "x");
  REQUIRE(now.vocab_size() == was.vocab_size());
  CHECK(now.bos_id() == was.bos_id());
  CHECK(now.eos_id() == was.eos_id());
  CHECK(now.unk_id() == was.unk_id());
  for (int id = 0; id < was.vocab_size(); ++id) {
    INFO(was.piece(id));
    CHECK(now.piece(id) == was.piece(id));
    CHECK(now.type(id) == was.type(id));
    CHECK(now.score(id) == was.score(id));
  }
  for (const std::string& text : tiny::strings()) {
    CHECK(now.encode(text) == was.encode(text));
    CHECK(now.decode(now.encode(text)) == was.decode(was.encode(text)));
  }
}

TEST_CASE("a folder's tokenizer is a student's where it has the control pieces") {
  const tiny::Folder folder;
  CHECK_FALSE(student_tokenizer(folder.path()));
  CHECK_FALSE(student_tokenizer(std::string(UDRL_SOURCE_DIR) + "/tests/student/goldens/gpt2_folder"));
  write_file_atomic(folder / "tokenizer.json", tokenizer_json(tiny::tokenizer()));
  REQUIRE(student_tokenizer(folder.path()));
  write_file_atomic(folder / "tokenizer.model", train_tokenizer(tiny::texts(), {}, {.vocab_size = 500}));
  CHECK_FALSE(student_tokenizer(folder.path()));
  write_file_atomic(folder / "tokenizer.model", tiny::tokenizer().bytes());
  CHECK(student_tokenizer(folder.path())->sha256() == tiny::tokenizer().sha256());
  const std::string table("\x1A\x0C\x12\x0A\x04\0\0\0\xFF\xFF\xFF\x7Fx\0", 14);  // which no student has
  write_file_atomic(folder / "tokenizer.model", tiny::tokenizer().bytes() + table);
  CHECK_FALSE(student_tokenizer(folder.path()));
}

TEST_CASE("a tokenizer.json that was changed is refused") {
  Json json = Json::parse(tokenizer_json(tiny::tokenizer()));
  SECTION("other merges") { std::swap(json["model"]["merges"][0], json["model"]["merges"][1]); }
  SECTION("a gap in the ids") { json["model"]["vocab"]["more"] = 701; }
  SECTION("an id twice") { json["model"]["vocab"]["▁ba"] = 5; }
  SECTION("another normalizer") { json["normalizer"] = nullptr; }
  SECTION("no pieces") { json["model"].erase("vocab"); }
  const std::string said = error_of([&] { tokenizer_model_from_json(json.dump(), "some/tokenizer.json"); });
  INFO(said);
  CHECK(said.starts_with("2 "));
  CHECK(contains(said, "some/tokenizer.json"));
  CHECK(contains(said, "tokenizer.model"));
}

TEST_CASE("a tokenizer.json nested without end is refused") {
  const std::string deep(100000, '[');
  CHECK(contains(error_of([&] { tokenizer_model_from_json(deep, "some/tokenizer.json"); }), "some/tokenizer.json"));
  const tiny::Folder folder;
  write_file_atomic(folder / "tokenizer.json", deep);
  CHECK_FALSE(student_tokenizer(folder.path()));
}
