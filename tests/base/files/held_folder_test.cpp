// One writer a folder, in this process and across processes.
#include "udrl/base/held_folder.hpp"

#include <optional>

#include "base/errors/expect_error.hpp"
#include "base/process/child.hpp"
#include "catch.hpp"
#include "temp_folder.hpp"
#include "udrl/base/files.hpp"

using namespace udrl;
using namespace udrl::test;
namespace fs = std::filesystem;

TEST_CASE("a folder is held once at a time, and refused with its name and the cure") {
  const TempFolder folder;
  {
    const HeldFolder first(folder.path());
    const std::string refused = error_of([&] { const HeldFolder second(folder.path()); });
    CHECK(contains(refused, "another process is writing into this folder"));
    CHECK(contains(refused, folder.path().string()));
    CHECK(contains(refused, "wait for it or stop it, or choose another output folder"));
  }
  CHECK_NOTHROW(HeldFolder(folder.path()));
}

TEST_CASE("another process is refused, and finds the folder free when the first one has ended, however") {
  const TempFolder folder;
  const auto hold_in_child = [&] {
    return wait_status_of_child([&] {
      const HeldFolder held(folder.path() / "out");
      return 7;  // _exit: no destructor releases it
    });
  };
  {
    const HeldFolder mine(folder.path() / "out");
    CHECK(WEXITSTATUS(hold_in_child()) == 99);
  }
  CHECK(WEXITSTATUS(hold_in_child()) == 7);
  CHECK_NOTHROW(HeldFolder(folder.path() / "out"));
}

TEST_CASE("a folder that was made and stayed empty goes again, with those above it") {
  const TempFolder folder;
  const fs::path out = folder.path() / "a" / "b";
  {
    const HeldFolder held(out);
    CHECK(fs::is_directory(out));
  }
  CHECK_FALSE(fs::exists(folder.path() / "a"));
  {
    const HeldFolder held(out);
    write_file_atomic(held / "x", "kept");
  }
  CHECK(content_of(out / "x") == "kept");
  fs::create_directory(folder.path() / "empty");
  { const HeldFolder held(folder.path() / "empty"); }
  CHECK(fs::is_directory(folder.path() / "empty"));  // it was there
}

TEST_CASE("a held folder moves, lock and all") {
  const TempFolder folder;
  std::optional<HeldFolder> first(folder.path() / "out");
  std::optional<HeldFolder> second(std::move(*first));
  first.reset();
  CHECK(fs::is_directory(second->path()));
  CHECK_THROWS_AS(HeldFolder(folder.path() / "out"), Error);
  second.reset();
  CHECK_FALSE(fs::exists(folder.path() / "out"));
}

TEST_CASE("a held folder that is renamed is held under its new name and stays; the old name is free") {
  const TempFolder folder;
  const fs::path made = folder.path() / "made", place = folder.path() / "place";
  {
    HeldFolder held(made);
    held.rename_to(place);
    CHECK(held.path() == place);
    CHECK_FALSE(fs::exists(made));
    CHECK_THROWS_AS(HeldFolder(place), Error);
    fs::create_directory(made);  // another's
  }
  CHECK(fs::is_directory(made));
  CHECK(fs::is_directory(place));
  CHECK_NOTHROW(HeldFolder(place));
}

TEST_CASE("a folder is not renamed over one that holds something, and is as it was") {
  const TempFolder folder;
  const fs::path made = folder.path() / "made", place = folder.path() / "place";
  fs::create_directory(place);
  write_file_atomic(place / "x", "kept");
  {
    HeldFolder held(made);
    CHECK(contains(error_of([&] { held.rename_to(place); }), place.string()));
    CHECK(held.path() == made);
  }
  CHECK_FALSE(fs::exists(made));
  CHECK(content_of(place / "x") == "kept");
}

TEST_CASE("what has come to the place of a removed folder is another's, and stays") {
  const TempFolder folder;
  const fs::path out = folder.path() / "out";
  {
    const HeldFolder held(out);
    fs::remove(out);
    fs::create_directory(out);
  }
  CHECK(fs::is_directory(out));
}

TEST_CASE("what cannot be a folder is refused by name") {
  const TempFolder folder;
  const fs::path file = folder.file("x", "text");
  CHECK(contains(error_of([&] { const HeldFolder held(file); }), file.string()));
  CHECK(contains(error_of([&] { const HeldFolder held(file / "below"); }), file.string()));
  CHECK(content_of(file) == "text");
}
