// Rating files, as people fill them.
#include "people/ratings.hpp"

#include "catch.hpp"
#include "finished_fixture.hpp"
#include "udrl/base/error.hpp"

using namespace udrl;
using namespace udrl::eval;
using namespace udrl::eval::testing;
using Catch::Contains;

namespace {

class Files {
 public:
  Files() {
    write_finished(folder_.path() / "eval", 30);
    sheet = make_sheet(read_case_answers(open_finished(folder_.path() / "eval")), {20, 1});
  }
  std::string write(const std::string& name, const std::string& content) const {
    write_file_atomic(folder_.path() / name, content);
    return (folder_.path() / name).string();
  }
  const std::string& id(std::size_t i) const { return sheet.pairs[i].id; }
  std::vector<Rating> read(const std::string& content) const {
    return read_ratings({write("anna.csv", content)}, sheet);
  }

  Sheet sheet;

 private:
  TempFolder folder_;
};

}  // namespace

TEST_CASE("ratings are letters or digits in any case; an empty one is none") {
  const Files files;
  const auto ratings = files.read("id,rating\n" + files.id(0) + ",a\n" + files.id(1) + ",2\n" + files.id(2) +
                                  ", TIE \n" + files.id(3) + ",\n\n");
  REQUIRE(ratings.size() == 3);
  CHECK(ratings[0].choice == Choice::a);
  CHECK(ratings[1].choice == Choice::b);
  CHECK(ratings[2].choice == Choice::tie);
  CHECK(ratings[2].pair == 2);
  CHECK(ratings[0].rater == "anna");
}

TEST_CASE("tables of spreadsheets are read: semicolons, a byte order mark, further columns, guarded cells") {
  const Files files;
  const auto ratings =
      files.read("\xEF\xBB\xBFID;task;A;Rating;Rater\r\n\"" + files.id(4) + "\";image;\"x; \"\"y\"\"\nz\";B;'=Bo\r\n");
  REQUIRE(ratings.size() == 1);
  CHECK(ratings[0].rater == "=Bo");
  CHECK(ratings[0].choice == Choice::b);
}

TEST_CASE("what does not belong to the sheet is refused with file and line") {
  const Files files;
  const std::string good = "id,rating\n" + files.id(0) + ",A\n";
  CHECK_THROWS_WITH(files.read(good + "p0000000-001,A\n"), Contains("of another sheet") && Contains("anna.csv:3"));
  CHECK_THROWS_WITH(files.read(good + "17,A\n"), Contains("of no pair of the sheet") && Contains("anna.csv:3"));
  CHECK_THROWS_WITH(files.read(good + files.id(0) + ",B\n"),
                    Contains("rated twice") && Contains("anna.csv:3") && Contains("anna.csv:2"));
  CHECK_THROWS_WITH(files.read(good + files.id(1) + ",4\n"), Contains("a rating is none") && Contains("anna.csv:3"));
  CHECK_THROWS_WITH(files.read("id,stars\n1,2\n"), Contains("no table of ratings"));
  CHECK_THROWS_WITH(files.read("rating\nA\n"), Contains("no table of ratings"));
  CHECK_THROWS_WITH(files.read("id,rating\n" + files.id(0) + ",\n"), Contains("nothing is rated"));
  CHECK_THROWS_AS(files.read(""), Error);
  CHECK_THROWS_AS(read_ratings({"/no/such/file.csv"}, files.sheet), Error);
}

TEST_CASE("two files of two people may rate the same pair; two of one may not") {
  const Files files;
  const std::string content = "id,rating\n" + files.id(0) + ",A\n";
  CHECK(read_ratings({files.write("anna.csv", content), files.write("bo.csv", content)}, files.sheet).size() == 2);
  const std::string named = "id,rating,rater\n" + files.id(0) + ",A,anna\n";
  CHECK_THROWS_WITH(read_ratings({files.write("anna.csv", content), files.write("bo.csv", named)}, files.sheet),
                    Contains("bo.csv:2") && Contains("anna.csv:2"));
}
