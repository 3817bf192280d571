// Reading a JSON object strictly: each error names the field, what was expected and what was found. For the data room
// only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "udrl/data/record.hpp"

namespace udrl::data {

/// A view on a JSON object. Each getter throws `Error` (user); `what` names the object in the message ("record").
class Fields {
 public:
  Fields(const Json& object, std::string what);

  bool has(const std::string& name) const { return object_->contains(name); }
  std::string text(const std::string& name) const;
  std::string text_or(const std::string& name, std::string fallback) const;
  int integer(const std::string& name) const;
  std::uint64_t natural(const std::string& name) const;
  double number(const std::string& name) const;
  bool boolean(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;
  std::map<std::string, double> numbers(const std::string& name) const;
  std::map<std::string, int> integers(const std::string& name) const;
  std::map<std::string, std::uint64_t> naturals(const std::string& name) const;
  std::map<std::string, std::string> text_map(const std::string& name) const;
  const Json& object(const std::string& name) const;

 private:
  const Json& field(const std::string& name) const;
  const Json* object_;
  std::string what_;
};

}  // namespace udrl::data
