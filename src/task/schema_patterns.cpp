#include "schema_patterns.hpp"

#include <re2/re2.h>

#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "schema_rules.hpp"
#include "udrl/base/error.hpp"
#include "valijson.hpp"

namespace udrl::task {
namespace {

/// A string must match somewhere; what is no string is admitted (draft 7, 6.3.3).
class Matches final : public valijson::constraints::PolyConstraint {
 public:
  Matches(std::shared_ptr<const RE2> pattern, std::string fault)
      : pattern_(std::move(pattern)), fault_(std::move(fault)) {}

  bool validate(const valijson::adapters::Adapter& value, const std::vector<std::string>& place,
                valijson::ValidationResults* results) const override {
    if (!value.isString() || RE2::PartialMatch(value.asString(), *pattern_)) return true;
    if (results != nullptr) results->pushError(place, fault_);
    return false;
  }

 private:
  Constraint* cloneInto(void* place) const override { return new (place) Matches(*this); }
  std::size_t sizeOf() const override { return sizeof(Matches); }

  std::shared_ptr<const RE2> pattern_;
  std::string fault_;
};

std::shared_ptr<const RE2> compiled(const std::string& text) {
  RE2::Options options;
  options.set_log_errors(false);
  auto pattern = std::make_shared<const RE2>(text, options);
  if (!pattern->ok())
    throw user_error("not a pattern that a task's schema may have")
        .got("\"" + text + "\": " + pattern->error())
        .hint("patterns are those of RE2: no look-ahead, no look-behind, no \\1");
  return pattern;
}

class PatternBuilder final : public valijson::ConstraintBuilder {
 public:
  valijson::constraints::Constraint* make(const valijson::adapters::Adapter& pattern) const override {
    const std::string text = pattern.asString();
    return new Matches(compiled(text), "does not match the pattern \"" + text + "\"");
  }
};

// Dates and times of RFC 3339. The 29th of February is one in every year.
const std::string date =
    "[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|"
    "02-(?:0[1-9]|[12][0-9]))";
const std::string time_of_day =
    "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";

class FormatBuilder final : public valijson::ConstraintBuilder {
 public:
  valijson::constraints::Constraint* make(const valijson::adapters::Adapter& format) const override {
    static const std::map<std::string, std::string> known = {
        {"date", date}, {"date-time", date + "[Tt]" + time_of_day}, {"time", time_of_day}};
    const auto found = known.find(format.asString());
    // As JSON Schema has it, an unknown format is a remark.
    const std::string pattern = found == known.end() ? "" : "^(?:" + found->second + ")$";
    return new Matches(compiled(pattern), "is no " + format.asString());
  }
};

}  // namespace

void add_patterns(valijson::SchemaParser& parser) {
  parser.addConstraintBuilder(guarded_pattern, new PatternBuilder);
  parser.addConstraintBuilder(guarded_format, new FormatBuilder);
}

}  // namespace udrl::task
