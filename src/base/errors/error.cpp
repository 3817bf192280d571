// How an error reads: "where: what", then what was expected, what was found and the cure, a line each.
#include "udrl/base/error.hpp"

#include <utility>

namespace udrl {

Error::Error(ErrorKind kind, std::string what_happened) : kind_(kind), what_(std::move(what_happened)) { rebuild(); }

Error& Error::at(std::string where) & {
  where_ = std::move(where);
  rebuild();
  return *this;
}

Error& Error::expected(std::string text) & {
  expected_ = std::move(text);
  rebuild();
  return *this;
}

Error& Error::got(std::string text) & {
  got_ = std::move(text);
  rebuild();
  return *this;
}

Error& Error::hint(std::string text) & {
  hint_ = std::move(text);
  rebuild();
  return *this;
}

Error&& Error::at(std::string where) && { return std::move(at(std::move(where))); }
Error&& Error::expected(std::string text) && { return std::move(expected(std::move(text))); }
Error&& Error::got(std::string text) && { return std::move(got(std::move(text))); }
Error&& Error::hint(std::string text) && { return std::move(hint(std::move(text))); }

void Error::rebuild() {
  message_ = where_.empty() ? what_ : where_ + ": " + what_;
  if (!expected_.empty()) message_ += "\n  expected: " + expected_;
  if (!got_.empty()) message_ += "\n  got:      " + got_;
  if (!hint_.empty()) message_ += "\n  hint:     " + hint_;
}

Error stopped_error(std::string what, std::string resume_hint) {
  return Error(ErrorKind::stopped, std::move(what)).hint(std::move(resume_hint));
}

}  // namespace udrl
