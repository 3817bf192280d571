// SQLite, as little of it as is needed: one file that several processes may write, and that survives their death at any
// moment. Not for: what is kept (response_cache.hpp, usage_ledger.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace udrl::lm {

class Database {
 public:
  /// Opens or makes the file and its folder; an empty path: in memory alone. What is written survives the death of the
  /// process, not always a power cut: the last moments may be lost then, never the rest. Throws `Error`: user where it
  /// is none of SQLite's, failure where it cannot be written.
  explicit Database(const std::filesystem::path& file);

  void run(const std::string& sql);
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Closer> handle_;
};

/// A prepared statement. Parameters and columns are numbered from 0.
class Statement {
 public:
  /// `database` must outlive it.
  Statement(const Database& database, const std::string& sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// Bytes.
  Statement& bind(int parameter, std::string_view bytes);
  Statement& bind(int parameter, std::int64_t number);
  Statement& bind(int parameter, double number);

  /// True where there is a row; it is read until the next call. Throws `Error` (failure).
  bool step();
  /// To be bound and run anew.
  void reset();

  std::string bytes(int column) const;
  std::int64_t whole(int column) const;
  double number(int column) const;

 private:
  void require(int code) const;

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace udrl::lm
