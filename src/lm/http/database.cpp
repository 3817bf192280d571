// SQLite behind two small classes. Not for: what is kept.
#include "database.hpp"

#include <sqlite3.h>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"

namespace udrl::lm {
namespace {

constexpr int wait_for_others_ms = 30'000;

std::string place_of(sqlite3* handle) {
  const char* file = handle == nullptr ? nullptr : sqlite3_db_filename(handle, "main");
  return file == nullptr || *file == '\0' ? "a table in memory" : file;
}

Error unusable(sqlite3* handle, int code) {
  const std::string why = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
    return user_error("this file is damaged, or none of udrl's")
        .at(place_of(handle))
        .expected("a table of SQLite's")
        .got(why)
        .hint("move it away: a new one is made");
  return failure("a table cannot be read or written")
      .at(place_of(handle))
      .got(why)
      .hint("see that the disk has room and the file may be written; it must not lie on a network file system");
}

}  // namespace

Statement::Statement(const Database& database, const std::string& sql) : database_(database.handle()) {
  require(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int parameter, std::string_view bytes) {
  require(sqlite3_bind_blob64(statement_, parameter + 1, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  require(sqlite3_bind_int64(statement_, parameter + 1, number));
  return *this;
}

Statement& Statement::bind(int parameter, double number) {
  require(sqlite3_bind_double(statement_, parameter + 1, number));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw unusable(database_, code);
}

void Statement::reset() {
  require(sqlite3_reset(statement_));  // what a row that was left unread had still to write fails here
  sqlite3_clear_bindings(statement_);
}

std::string Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return data == nullptr ? "" : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t Statement::whole(int column) const { return sqlite3_column_int64(statement_, column); }

double Statement::number(int column) const { return sqlite3_column_double(statement_, column); }

void Statement::require(int code) const {
  if (code != SQLITE_OK) throw unusable(database_, code);
}

Database::Database(const std::filesystem::path& file) {
  if (file.has_parent_path()) make_folder(file.parent_path());
  sqlite3* handle = nullptr;
  const int code = sqlite3_open(file.empty() ? ":memory:" : file.c_str(), &handle);
  handle_.reset(handle);
  if (code != SQLITE_OK) throw unusable(handle, code);
  sqlite3_busy_timeout(handle, wait_for_others_ms);
  // A log beside the file: readers do not wait for writers, and a write is not waited for until it is on the disk.
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
}

void Database::run(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw unusable(handle_.get(), code);
}

void Database::Closer::operator()(sqlite3* handle) const { sqlite3_close(handle); }

}  // namespace udrl::lm
