// Openings of the test set are counted.
#include "measure/ledger.hpp"

#include <fstream>

#include "catch.hpp"
#include "eval/fixtures.hpp"
#include "udrl/base/error.hpp"

using namespace udrl::eval;
using udrl::eval::testing::TempFolder;

TEST_CASE("each evaluation counts, and each student once") {
  TempFolder folder;
  record_opening(folder.path(), {"student a"}, "test");
  record_opening(folder.path(), {"student a"}, "test");
  const Openings openings = record_opening(folder.path(), {"student b"}, "test");
  CHECK(openings.times == 3);
  CHECK(openings.students == 2);
}

TEST_CASE("all students of an evaluation count, in one opening") {
  TempFolder folder;
  record_opening(folder.path(), {"student a", "student b"}, "test");
  const Openings openings = record_opening(folder.path(), {"student b", "student c"}, "test");
  CHECK(openings.times == 2);
  CHECK(openings.students == 3);
}

TEST_CASE("another test set starts anew") {
  TempFolder folder;
  record_opening(folder.path(), {"student a"}, "test");
  CHECK(record_opening(folder.path(), {"student a"}, "another test").times == 1);
}

TEST_CASE("a line that cannot be read still counts") {
  TempFolder folder;
  std::ofstream(folder.path() / "test_openings.jsonl") << "scribble\n";
  CHECK(record_opening(folder.path(), {"student a"}, "test").times == 2);
}

TEST_CASE("a line that a kill tore counts, and swallows no later one") {
  TempFolder folder;
  record_opening(folder.path(), {"student a"}, "test");
  const auto file = folder.path() / "test_openings.jsonl";
  const std::string whole = udrl::read_file(file);
  std::ofstream(file, std::ios::app) << whole.substr(0, whole.size() / 2);
  CHECK(record_opening(folder.path(), {"student b"}, "test").times == 3);
  CHECK(udrl::read_file(file).starts_with(whole + whole.substr(0, whole.size() / 2) + "\n{"));
  CHECK(record_opening(folder.path(), {"student b"}, "test").times == 4);
}

TEST_CASE("a ledger that was edited by hand keeps its last line") {
  TempFolder folder;
  std::ofstream(folder.path() / "test_openings.jsonl") << R"({"students": ["student a"], "test": "test"})";
  const Openings openings = record_opening(folder.path(), {"student a"}, "test");
  CHECK(openings.times == 2);
  CHECK(openings.students == 1);
}

TEST_CASE("a ledger that cannot be written stops the evaluation") {
  TempFolder folder;
  CHECK_THROWS_AS(record_opening(folder.path() / "absent", {"student a"}, "test"), udrl::Error);
}

TEST_CASE("openings are counted with the tagged data, or with the output where those cannot be written") {
  TempFolder folder;
  CHECK(ledger_folder(folder.path(), "out") == folder.path());
  record_opening(folder.path(), {"student a"}, "test");
  CHECK(ledger_folder(folder.path(), "out") == folder.path());
  CHECK(ledger_folder(folder.path() / "gone", "out") == "out");
}

TEST_CASE("a line that is longer than JSON may be is refused with its place, and no opening is written down") {
  TempFolder folder;
  const auto file = folder.path() / "test_openings.jsonl";
  record_opening(folder.path(), {"student a"}, "test");
  std::ofstream(file, std::ios::app) << std::string(std::size_t{9} << 20U, 'a') << "\n";
  const auto size = std::filesystem::file_size(file);
  try {
    record_opening(folder.path(), {"student b"}, "test");
    FAIL("it was read");
  } catch (const udrl::Error& error) {
    CHECK(error.where() == file.string() + ":2");
    CHECK(std::string(error.what()).find("longer than 8 MiB") != std::string::npos);
    CHECK(error.cure().find("remove it") != std::string::npos);
  }
  CHECK(std::filesystem::file_size(file) == size);
}
