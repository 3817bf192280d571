// Where a default is looked for. Not for: what is installed (tests/tools/install_test.sh).
#include "files/installed.hpp"

#include "catch.hpp"
#include "temp_folder.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::test;

TEST_CASE("a relative path is that of the current folder, or else the installed one") {
  const TempFolder folder;
  const std::filesystem::path installed = folder / "share";
  make_folder(installed / "only/there");
  CHECK(detail::here_or_installed("only/there", installed) == installed / "only/there");
  CHECK(detail::here_or_installed("no/where", installed) == "no/where");
  CHECK(detail::here_or_installed("", installed) == "");
  CHECK(detail::here_or_installed(".", installed) == ".");
  CHECK(detail::here_or_installed(folder / "none", installed) == folder / "none");
}

TEST_CASE("what is installed is beside the folder of this program") {
  CHECK(detail::installed_folder().is_absolute());
  CHECK(detail::installed_folder().filename() == "udrl");
}
