// What normalisation keeps, and that a second one changes nothing.
#include "catch.hpp"
#include "udrl/base/random.hpp"
#include "udrl/data/text.hpp"

using namespace udrl;
using namespace udrl::data;

namespace {

const std::string fffd = "\xEF\xBF\xBD";

void check_normalised(const std::string& raw) {
  const std::string once = normalise(raw);
  CAPTURE(once);
  REQUIRE(normalise(once) == once);
  REQUIRE(once.find("\xE2\x9F\xA8") == std::string::npos);  // ⟨
  REQUIRE(once.find("\xE2\x96\x81") == std::string::npos);  // ▁
  REQUIRE(once.find("  ") == std::string::npos);
  REQUIRE((once.empty() || (once.front() != ' ' && once.back() != ' ')));
  for (const char c : once) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
}

std::string random_bytes(RandomStream& random) {
  std::string out;
  const auto n = random.below(40);
  for (std::uint64_t i = 0; i < n; ++i) out += static_cast<char>(random.below(256));
  return out;
}

// Pieces that meet in awkward ways: combining marks, Hangul parts, controls, spaces, reserved characters, half
// sequences.
std::string random_pieces(RandomStream& random) {
  static const std::vector<std::string> pieces = {"a",
                                                  "e",
                                                  "\xCC\x81",
                                                  "\xCC\x88",
                                                  "\xCC\xB8",
                                                  "\xCD\x85",
                                                  "\xCC\xA3",
                                                  "<",
                                                  " ",
                                                  "\t",
                                                  "\n",
                                                  "\x01",
                                                  "\x7F",
                                                  "\xC2\x85",
                                                  "\xC2\xA0",
                                                  "\xE3\x80\x80",
                                                  "\xE2\x96\x81",
                                                  "\xE2\x9F\xA8",
                                                  "\xE2\x8C\xA9",
                                                  "\xE1\x84\x80",
                                                  "\xE1\x85\xA1",
                                                  "\xE1\x86\xA8",
                                                  "\xE2\x84\xAB",
                                                  "\xE2\x80\x80",
                                                  "\xF0\x9F\x98\x80",
                                                  "\xE2\x80\x8D",
                                                  "\xEF\xBB\xBF",
                                                  "\xE2",
                                                  "\xF0\x9F",
                                                  "\xED\xA0\x80",
                                                  "\xC3\xA9"};
  std::string out;
  const auto n = random.below(12);
  for (std::uint64_t i = 0; i < n; ++i) out += pieces[random.below(pieces.size())];
  return out;
}

}  // namespace

TEST_CASE("Plain text stays as it is") {
  CHECK(normalise("A cosy shop window, 20% off.") == "A cosy shop window, 20% off.");
  CHECK(normalise("Café — “naïve” 日本 😀") == "Café — “naïve” 日本 😀");
  CHECK(normalise("") == "");
}

TEST_CASE("White space of every kind collapses and is trimmed") {
  CHECK(normalise("  a \t\r\n b\v\fc ") == "a b c");
  CHECK(normalise("a\xC2\xA0\xE3\x80\x80\xE2\x80\xA8\xC2\x85"
                  "b") == "a b");
  CHECK(normalise(" \n\t ") == "");
}

TEST_CASE("Controls and the piece space vanish without a gap") {
  CHECK(normalise(std::string("a\0b\x1B\x7F", 5) + "\xC2\x80"
                                                   "c") == "abc");
  CHECK(normalise("\xE2\x96\x81holiday\xE2\x96\x81sale") == "holidaysale");
  CHECK(normalise("a \x01 b") == "a b");
}

TEST_CASE("The reserved character becomes a parenthesis") {
  CHECK(normalise("\xE2\x9F\xA8return:4\xE2\x9F\xA9") == "(return:4\xE2\x9F\xA9");
}

TEST_CASE("Text is composed, also across what is removed") {
  CHECK(normalise("e\xCC\x81") == "\xC3\xA9");
  CHECK(normalise("e\x01\xCC\x81") == "\xC3\xA9");
  CHECK(normalise("\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8") == "\xEA\xB0\x81");  // 각
  CHECK(normalise("\xE2\x84\xAB") == "\xC3\x85");                              // Å
  CHECK(normalise("\xEF\xAC\x81") == "\xEF\xAC\x81");                          // ﬁ: NFC is not NFKC
}

TEST_CASE("Each maximal part of a broken sequence becomes one replacement") {
  // The examples of the Unicode standard, tables 3-8 to 3-11.
  const auto times = [](int n, const std::string& tail) {
    std::string out;
    for (int i = 0; i < n; ++i) out += fffd;
    return out + tail;
  };
  CHECK(normalise("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") == times(8, "A"));
  CHECK(normalise("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41") == times(8, "A"));
  CHECK(normalise("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42") == times(5, "A") + times(2, "B"));
  CHECK(normalise("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == times(4, "A"));
  CHECK(normalise("caf\xE9") == "caf" + fffd);
}

TEST_CASE("Normalising random bytes twice is normalising them once") {
  RandomStream random(1, "normalise bytes");
  for (int i = 0; i < 20000; ++i) check_normalised(random_bytes(random));
}

TEST_CASE("Normalising awkward pieces twice is normalising them once") {
  RandomStream random(1, "normalise pieces");
  for (int i = 0; i < 20000; ++i) check_normalised(random_pieces(random));
}

TEST_CASE("Case folds in any script") {
  CHECK(fold_case("HOLIDAY Sale") == "holiday sale");
  CHECK(fold_case("ÉCOLE Ωmega ПРИВЕТ") == "école ωmega привет");
  CHECK(fold_case("Straße") == "strasse");
  CHECK(fold_case("caf\xE9") == "caf" + fffd);
}
