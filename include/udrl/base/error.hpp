// The one exception of the library. For: anything the caller or the user can act on. Not for: bugs (assert).
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace udrl {

/// Who has to act. The value is the exit code of a tool that ends with it.
enum class ErrorKind {
  failure = 1,  ///< the machine or a program failed: disk full, a model that does not load
  user = 2,     ///< the user's mistake: unknown key, malformed input, contradicting options
  stopped = 3,  ///< stopped on request; starting again goes on where it stopped
};

/// An error that names what went wrong, where, what was expected, what was found and the cure.
///
///     throw user_error("words is out of range").at("configs/demo/tag.toml:3").expected("1 to 80").got("91").hint("…");
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string what_happened);

  Error& at(std::string where) &;
  Error& expected(std::string text) &;
  Error& got(std::string text) &;
  Error& hint(std::string text) &;
  Error&& at(std::string where) &&;
  Error&& expected(std::string text) &&;
  Error&& got(std::string text) &&;
  Error&& hint(std::string text) &&;

  ErrorKind kind() const noexcept { return kind_; }
  int exit_code() const noexcept { return static_cast<int>(kind_); }
  const std::string& where() const noexcept { return where_; }
  const std::string& cure() const noexcept { return hint_; }
  /// All parts on a few lines, ready to be shown to a person.
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  void rebuild();
  ErrorKind kind_;
  std::string what_, where_, expected_, got_, hint_, message_;
};

inline Error user_error(std::string what) { return {ErrorKind::user, std::move(what)}; }
inline Error failure(std::string what) { return {ErrorKind::failure, std::move(what)}; }
/// `resume_hint` says how to go on ("run the same command again").
Error stopped_error(std::string what, std::string resume_hint);

}  // namespace udrl
