#include "udrl/data/gzip.hpp"

#include "base/files/temp_folder.hpp"
#include "catch.hpp"
#include "udrl/base/files.hpp"
#include "udrl/data/shards.hpp"

using namespace udrl;

TEST_CASE("what is packed is read again, and the same each time") {
  const test::TempFolder folder;
  std::string lines;
  for (int i = 0; i < 5000; ++i) lines += "{\"n\":" + std::to_string(i) + "}\n";
  const std::string packed = data::gzipped(lines);
  CHECK(packed.size() < lines.size() / 3);
  CHECK(packed == data::gzipped(lines));
  write_file_atomic(folder / "part-00000.jsonl.gz", packed);
  data::JsonLinesReader reader(folder.path());
  for (int i = 0; i < 5000; ++i) REQUIRE(reader.next().value()["n"] == i);
  CHECK_FALSE(reader.next());
  CHECK_FALSE(data::gzipped("").empty());
}
