// Elements are found by their brackets and commas, and parsed one by one: so each has a line.
#include "json_elements.hpp"

#include <algorithm>

#include "udrl/base/error.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/text_lines.hpp"

namespace udrl::distill {
namespace {

namespace fs = std::filesystem;

constexpr const char* white_space = " \t\r\n";

class Elements {
 public:
  explicit Elements(const fs::path& file) : file_(file), text_(data::read_text(file)) {}

  template <class Use>
  void for_each(Use use) {
    at_ = std::min(text_.find_first_not_of(white_space), text_.size());
    if (at_ == text_.size() || text_[at_] != '[') return give(text_.size(), use);
    const std::size_t first = ++at_;
    for (bool more = true; more;) {
      const std::size_t end = end_of_element();
      more = text_[end] == ',';
      const bool none = !more && at_ == first && text_.find_first_not_of(white_space, first) == end;  // "[]"
      if (!none) give(end, use);
      at_ = end + 1;
    }
    const std::size_t rest = text_.find_first_not_of(white_space, at_);
    if (rest != std::string::npos) throw at_line(rest, user_error("text follows the end of the array"));
  }

 private:
  /// The comma or bracket behind the element that begins at `at_`.
  std::size_t end_of_element() const {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = at_; i < text_.size(); ++i) {
      const char c = text_[i];
      if (in_string && c == '\\') ++i;
      else if (c == '"') in_string = !in_string;
      else if (in_string) continue;
      else if (c == '{' || c == '[') ++depth;
      else if (depth == 0 && (c == ',' || c == ']')) return i;
      else if (c == '}' || c == ']') --depth;
    }
    throw at_line(at_, user_error("the array does not end").hint("is the file cut short?"));
  }

  template <class Use>
  void give(std::size_t end, Use use) {
    const std::size_t begin = std::min(text_.find_first_not_of(white_space, at_), end);
    data::Json json;
    try {
      json = data::parse_json(std::string_view(text_).substr(begin, end - begin));
    } catch (const Error& error) {
      throw at_line(begin, error);
    }
    use(json, place_of(begin));
  }

  std::string place_of(std::size_t at) {
    line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                        text_.begin() + static_cast<std::ptrdiff_t>(std::max(counted_, at)), '\n');
    counted_ = std::max(counted_, at);
    return file_.string() + ":" + std::to_string(line_);
  }
  Error at_line(std::size_t at, Error error) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return error.at(file_.string() + ":" + std::to_string(line));
  }

  fs::path file_;
  std::string text_;
  std::size_t at_ = 0, counted_ = 0;
  std::ptrdiff_t line_ = 1;  ///< of the byte `counted_`
};

}  // namespace

void for_each_element(const fs::path& file,
                      const std::function<void(const data::Json& element, const std::string& place)>& use) {
  Elements(file).for_each(use);
}

}  // namespace udrl::distill
