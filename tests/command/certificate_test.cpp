// A steering certificate: its curve inverted, and read back as it was written.
#include "udrl/command/certificate.hpp"

#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::command;

namespace {

score::Estimate about(double value) { return {value, value - 1, value + 1, value - 0.8, value + 0.8}; }

/// A student that writes two words too many, up to 20, and no more than 22 ever.
Certificate measured() {
  Certificate certificate;
  certificate.student = "ab";
  certificate.split = "valid";
  certificate.intents = 60, certificate.subjects = 50;
  certificate.temperature = 0.7;
  SteeringCurve words{"words", "image", "words", {}, about(0.9), about(2), about(0.97)};
  for (const int asked : {8, 12, 16, 20, 24})
    words.points.push_back({static_cast<double>(asked), about(std::min(asked + 2, 22)), 60});
  certificate.curves.push_back(words);
  certificate.curves.push_back({"return", "", "elaboration by pmi", {{0.1, about(0.2), 60}}, about(0), {}, about(0.1)});
  certificate.side_effects.push_back({"return", "words", about(-1)});
  certificate.styles.push_back({"image", 60, 0.97, 0.99, "template"});
  certificate.supported = {{"image", 0, 0, 0}, {"image", 1, 8, 30}};
  return certificate;
}

}  // namespace

TEST_CASE("the words to ask for are those that give the wanted ones") {
  const Certificate certificate = measured();
  CHECK(certificate.words_to_ask("image", 12) == 10);
  CHECK(certificate.words_to_ask("image", 16) == 14);
  CHECK(certificate.words_to_ask("image", 22) == 20);  // more would not give more
  CHECK(certificate.words_to_ask("image", 60) == 20);  // the nearest there is
  CHECK(certificate.words_to_ask("image", 1) == 8);    // not below what was measured
  CHECK_FALSE(certificate.words_to_ask("template", 12));
}

TEST_CASE("a curve that dips is made to rise before it is inverted") {
  Certificate certificate = measured();
  certificate.curves[0].points = {{8, about(8), 60}, {12, about(14), 60}, {16, about(12), 60}, {20, about(20), 60}};
  CHECK(certificate.words_to_ask("image", 13) == 12);  // 12 and 16 give 13 together
  CHECK(certificate.words_to_ask("image", 8) == 8);
  CHECK(certificate.words_to_ask("image", 20) == 20);
}

TEST_CASE("a certificate is read back as it was written") {
  const test::TempFolder folder;
  const Certificate certificate = measured();
  save(certificate, folder.path() / files::certificate);
  const Certificate again = load_certificate(folder.path() / files::certificate);
  CHECK(again.student == "ab");
  CHECK(again.subjects == 50);
  REQUIRE(again.curves.size() == 2);
  CHECK(again.curve("words", "words", "image")->points.size() == 5);
  CHECK(again.curve("words", "words", "image")->gain.low == certificate.curves[0].gain.low);
  CHECK(again.words_to_ask("image", 12) == 10);
  CHECK(again.side_effects[0].change.value == -1);
  CHECK(again.styles[0].most_mistaken_for == "template");
  REQUIRE(again.supported.size() == 2);
  CHECK(again.supported[1].longest == 30);
}

TEST_CASE("a certificate is of one student alone") {
  const test::TempFolder folder;
  CHECK_FALSE(certificate_of(folder.path(), "ab"));
  save(measured(), folder.path() / files::certificate);
  CHECK(certificate_of(folder.path(), "ab"));
  CHECK_FALSE(certificate_of(folder.path(), "cd"));
}

TEST_CASE("a damaged certificate is refused, with file and cure") {
  const test::TempFolder folder;
  const auto file = folder.path() / files::certificate;
  for (const std::string text : {"", "[]", "{}", R"({"version": 2})", R"({"version": 1, "student": 3})"}) {
    write_file_atomic(file, text);
    try {
      load_certificate(file);
      FAIL("taken: " << text);
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find(files::certificate) != std::string::npos);
    }
  }
}
