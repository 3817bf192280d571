// Text and tables that others wrote: line ends, encodings, quotes.
#include "udrl/data/text_lines.hpp"

#include <unistd.h>

#include <thread>

#include "catch.hpp"
#include "data/support.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::data;
using namespace udrl::data::testing;
using namespace std::string_literals;

namespace {

using Rows = std::vector<std::vector<std::string>>;

/// A pipe with a path to read it by.
struct Pipe {
  int ends[2];
  Pipe() { REQUIRE(::pipe(ends) == 0); }
  ~Pipe() {
    close_writer();
    ::close(ends[0]);
  }
  std::string path() const { return "/dev/fd/" + std::to_string(ends[0]); }
  void write(const std::string& text) const {
    REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
};

std::vector<std::string> lines_of(const std::string& content) {
  const TempFolder folder;
  put(folder / "mine.txt", content);
  TextLines lines(folder / "mine.txt");
  std::vector<std::string> out;
  for (std::string line; lines.next(line);) out.push_back(line);
  return out;
}

Rows rows_of(const std::string& content, char delimiter = ',') {
  const TempFolder folder;
  put(folder / "mine.csv", content);
  TableReader reader(folder / "mine.csv", delimiter);
  Rows out;
  for (std::vector<std::string> fields; reader.next(fields);) out.push_back(fields);
  return out;
}

std::string error_of_text(const std::string& content) {
  return message_of([&] { lines_of(content); });
}

std::string error_of_rows(const std::string& content) {
  return message_of([&] { rows_of(content); });
}

}  // namespace

TEST_CASE("Lines end with any of the three ends, alone or mixed, and the last may have none") {
  const std::vector<std::string> abc{"a", "b", "c"};
  CHECK(lines_of("a\nb\nc\n") == abc);
  CHECK(lines_of("a\r\nb\r\nc") == abc);
  CHECK(lines_of("a\rb\rc\r") == abc);
  CHECK(lines_of("a\rb\nc\r\n") == abc);
  CHECK(lines_of("a\n\r\nb\r\rc") == std::vector<std::string>{"a", "", "b", "", "c"});
  CHECK(lines_of("").empty());
  CHECK(lines_of("\xEF\xBB\xBF").empty());
  CHECK(lines_of("\xEF\xBB\xBF"
                 "a\nb\nc") == abc);
}

TEST_CASE("A line's number counts lines of any end") {
  const TempFolder folder;
  put(folder / "mine.txt", "a\rb\nc");
  TextLines lines(folder / "mine.txt");
  for (std::string line; lines.next(line);) continue;
  CHECK(contains(lines.place(), "mine.txt:3"));
}

TEST_CASE("Gzipped text is read as it is") {
  const TempFolder folder;
  put_gzip(folder / "mine.txt.gz",
           "\xEF\xBB\xBF"
           "a\r\nb");
  CHECK(read_text(folder / "mine.txt.gz") == "a\nb\n");
}

TEST_CASE("Text that is not UTF-8 is refused with line and command") {
  const std::string latin = error_of_text("holiday sale\ncaf\xE9 menu\n");
  INFO(latin);
  CHECK(contains(latin, "mine.txt:2"));
  CHECK(contains(latin, "iconv -f WINDOWS-1252 -t UTF-8"));
  CHECK(contains(error_of_text("\xFF\xFEh\0o\0"s), "iconv -f UTF-16 -t UTF-8"));
  CHECK(contains(error_of_text("h\0o\0l\0"s), "UTF-16LE"));
  CHECK(contains(error_of_text("\0h\0o\0l"s), "UTF-16BE"));
  CHECK(lines_of("café \xEF\xBF\xBD\n").size() == 1);  // U+FFFD itself is UTF-8
}

TEST_CASE("What is no text is refused by what it looks like") {
  CHECK(contains(error_of_text("PK\x03\x04\x14\n"), "xlsx"));
  CHECK(contains(error_of_text("GGUF\x03\0\0\0"s), "a model"));
  CHECK(contains(error_of_text("holiday sale\nlost\0cat\n"s), "mine.txt:2"));
}

TEST_CASE("A quote opens a field only at its start; elsewhere it is a character") {
  CHECK(rows_of("intent\n12\" vinyl cover\nlost cat\n5' 10\" poster\n") ==
        Rows{{"intent"}, {"12\" vinyl cover"}, {"lost cat"}, {"5' 10\" poster"}});
  CHECK(rows_of("a 12\",b,\"c\"\n") == Rows{{"a 12\"", "b", "c"}});
  CHECK(rows_of(" \"a\",b\n") == Rows{{" \"a\"", "b"}});
  CHECK(rows_of("\"best\" dad mug,x\n") == Rows{{"best dad mug", "x"}});
}

TEST_CASE("Quoted fields hold delimiters, line breaks and, doubled, quotes") {
  CHECK(rows_of("\"a, \"\"b\"\"\",c\r\n\"two\r\nlines\",\"\"\n") == Rows{{"a, \"b\"", "c"}, {"two\nlines", ""}});
  CHECK(rows_of("\"\"\"\"\n\"\"\n") == Rows{{"\""}, {""}});
  CHECK(rows_of("a,,\n,\n") == Rows{{"a", "", ""}, {"", ""}});
  CHECK(rows_of("a\tb,c\td\n", '\t') == Rows{{"a", "b,c", "d"}});
  CHECK(rows_of("a\rb") == Rows{{"a"}, {"b"}});
}

TEST_CASE("A quote that swallows rows is refused with the line that it opens in") {
  CHECK(contains(error_of_rows("intent\n\"big sale\nlost cat\n"), "mine.csv:2: a quoted field does not end"));
  const std::string message = error_of_rows("intent\nfirst\n\"big sale\nlost cat\n12\" vinyl cover\n");
  INFO(message);
  CHECK(contains(message, "mine.csv:3"));
  CHECK(contains(message, "line 5"));
}

TEST_CASE("A quote that swallows a whole file is refused before it fills the memory") {
  const TempFolder folder;
  const std::string mebibyte = std::string((std::size_t{1} << 20U) - 1, 'a') + "\n";
  std::string content = "intent\n\"";
  for (int i = 0; i < 65; ++i) content += mebibyte;
  put_gzip(folder / "mine.csv.gz", content);
  TableReader reader(folder / "mine.csv.gz", ',');
  std::vector<std::string> fields;
  REQUIRE(reader.next(fields));
  const std::string message = message_of([&] { reader.next(fields); });
  CHECK(contains(message, "mine.csv.gz:2: a row with a quoted field is too long"));
  CHECK(contains(message, "expected: at most 64 MiB"));
}

TEST_CASE("Lines of a pipe are given as they come") {
  Pipe pipe;
  pipe.write("\xEF\xBB\xBFone\r\ntw");
  TextLines lines = TextLines::live(pipe.path());
  std::string line;
  CHECK(lines.ready());
  REQUIRE(lines.next(line));
  CHECK(line == "one");
  CHECK_FALSE(lines.ready());
  pipe.write("o\nthree");
  CHECK(lines.ready());
  REQUIRE(lines.next(line));
  CHECK(line == "two");
  pipe.close_writer();
  CHECK(lines.ready());  // the end can be told too
  REQUIRE(lines.next(line));
  CHECK(line == "three");
  CHECK(lines.number() == 3);
  CHECK_FALSE(lines.next(line));
}

TEST_CASE("A file that is asked for live is read as any other, and what is compressed in a pipe is refused") {
  const TempFolder folder;
  put(folder / "mine.txt", "a\rb\r");
  TextLines lines = TextLines::live(folder / "mine.txt");
  std::string line;
  CHECK(lines.ready());
  REQUIRE(lines.next(line));
  CHECK(line == "a");
  Pipe pipe;
  pipe.write("\x1f\x8b\x08 and more");
  TextLines packed = TextLines::live(pipe.path());
  CHECK(message_of([&] { packed.next(line); }).find("gzip -dc") != std::string::npos);
}

TEST_CASE("A line without end is refused before it fills the memory, also where a few bytes unpack to it") {
  const TempFolder folder;
  put_gzip(folder / "bomb.txt.gz", std::string(std::size_t{65} << 20, 'a'));
  const std::string message = message_of([&] { read_text(folder / "bomb.txt.gz"); });
  CHECK(contains(message, "bomb.txt.gz:1: a line is longer than 64 MiB"));
}

TEST_CASE("A document that comes through a pipe is refused where it is too long") {
  Pipe pipe;
  std::thread writer([&] {  // asserts nothing: Catch2 counts in one thread
    const std::string block(std::size_t{1} << 20U, '\n');
    for (std::size_t i = 0; i < longest_document_mib; ++i) (void)!::write(pipe.ends[1], block.data(), block.size());
    (void)!::write(pipe.ends[1], "a", 1);
    pipe.close_writer();
  });
  const std::string message = message_of([&] { read_text(pipe.path()); });
  writer.join();
  CHECK(contains(message, "the file is too long to be read whole"));
  CHECK(contains(message, "at most 64 MiB"));
}

TEST_CASE("A request that is asked live may have 8 MiB") {
  const TempFolder folder;
  put(folder / "mine.txt", std::string(std::size_t{9} << 20, 'a'));
  std::string line;
  CHECK(TextLines(folder / "mine.txt").next(line));
  CHECK(contains(message_of([&] { TextLines::live(folder / "mine.txt").next(line); }), "longer than 8 MiB"));
}

TEST_CASE("A pipe that is read to its end is read again from its beginning") {
  Pipe pipe;
  pipe.write("a\nb\n");
  pipe.close_writer();
  for (int time = 0; time < 2; ++time) {
    TextLines lines(pipe.path());
    std::string line;
    REQUIRE(lines.next(line));
    CHECK(line == "a");
  }
  CHECK(read_text(pipe.path()) == "a\nb\n");
}
