// Reading pages, and what the keys do.
#include "udrl/inspect/view.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "udrl/base/error.hpp"
#include "udrl/data/shards.hpp"
#include "udrl/data/splits.hpp"
#include "udrl/data/text.hpp"

namespace udrl::inspect {
namespace {

namespace fs = std::filesystem;
using data::Record;

std::vector<fs::path> folders_of(const fs::path& input) {
  std::vector<fs::path> folders;
  for (const char* split : data::split_names) {
    if (fs::is_directory(input / split)) folders.push_back(input / split);
  }
  return folders.empty() ? std::vector<fs::path>{input} : folders;
}

double worth(const Record& record) {
  if (record.return_value) return *record.return_value;
  const auto relevance = record.scores.find("relevance");
  return relevance == record.scores.end() ? 0.0 : relevance->second;
}

void sort_draws(IntentPage& page) {
  std::stable_sort(page.draws.begin(), page.draws.end(), [](const Record& a, const Record& b) {
    return a.task != b.task ? a.task < b.task : worth(a) > worth(b);
  });
}

bool holds(const IntentPage& page, const std::string& folded) {
  const auto in = [&](const std::string& text) { return data::fold_case(text).find(folded) != std::string::npos; };
  return in(page.intent.intent) ||
         std::any_of(page.draws.begin(), page.draws.end(), [&](const Record& draw) { return in(draw.answer); });
}

/// Collects records by intent, in the order of first appearance.
class Collector {
 public:
  explicit Collector(const ViewOptions& options) : options_(options) {}
  bool full() const { return options_.limit > 0 && records_ >= options_.limit; }

  void add(Record record) {
    if (!options_.task.empty() && record.task != options_.task) return;
    ++records_;
    const auto [place, added] = place_.emplace(record.intent.intent_id, pages_.size());
    if (added) pages_.push_back({record.intent, record.split, {}});
    pages_[place->second].draws.push_back(std::move(record));
  }

  std::vector<IntentPage> finish() {
    std::for_each(pages_.begin(), pages_.end(), sort_draws);
    return std::move(pages_);
  }

 private:
  const ViewOptions& options_;
  std::uint64_t records_ = 0;
  std::unordered_map<std::string, std::size_t> place_;
  std::vector<IntentPage> pages_;
};

/// Where not all were read: what else there may be is not known.
std::string how_far(const ViewOptions& options, const std::vector<IntentPage>& pages) {
  std::uint64_t records = 0;
  for (const IntentPage& page : pages) records += page.draws.size();
  if (options.limit == 0 || records < options.limit) return "";
  return " in the first " + std::to_string(records) + " records; --limit 0 reads all";
}

Error not_found(const ViewOptions& options, const std::string& how_far) {
  return user_error("nothing holds this text" + how_far).at(options.input.string()).got(options.find);
}

void print_first(const ViewOptions& options, const std::vector<IntentPage>& pages, Terminal& terminal) {
  std::size_t begin = 0;
  if (!options.find.empty()) {
    const std::string folded = data::fold_case(options.find);
    const auto hit = std::find_if(pages.begin(), pages.end(), [&](const auto& page) { return holds(page, folded); });
    if (hit == pages.end()) throw not_found(options, how_far(options, pages));
    begin = static_cast<std::size_t>(hit - pages.begin());
  }
  const std::size_t end = std::min(pages.size(), begin + static_cast<std::size_t>(options.first));
  for (std::size_t i = begin; i < end; ++i) terminal.write(render(pages[i], terminal.style()) + "\n");
  terminal.write("intents " + std::to_string(begin + 1) + " to " + std::to_string(end) + " of " +
                 std::to_string(pages.size()) + how_far(options, pages) + "\n");
}

}  // namespace

void declare(OptionSet& set, ViewOptions& o) {
  set.add("input", o.input, "folder of samples, scored or tagged records").required();
  set.add("task", o.task, "only this task");
  set.add("find", o.find, "begin at the first intent or answer that holds this");
  set.add("first", o.first, "intents printed where there is no terminal").range(1, 1e9);
  set.add("limit", o.limit, "records read; 0: all");
}

std::vector<IntentPage> read_pages(const ViewOptions& options) {
  Collector collector(options);
  for (const fs::path& folder : folders_of(options.input)) {
    data::JsonLinesReader reader(folder);
    while (!collector.full()) {
      auto record = reader.next_as(data::record_from_json);
      if (!record) break;
      collector.add(std::move(*record));
    }
  }
  std::vector<IntentPage> pages = collector.finish();
  if (pages.empty())
    throw user_error("there is nothing to view").at(options.input.string()).hint("check the folder and --task");
  return pages;
}

Browser::Browser(std::vector<IntentPage> pages, ViewStyle style) : pages_(std::move(pages)), style_(style) {}

std::string Browser::screen() const {
  std::string status = std::to_string(position_ + 1) + "/" + std::to_string(pages_.size());
  status += typing_ ? "  /" + *typing_ : "  n next  p previous  / search  g first  G last  q quit";
  if (!message_.empty()) status += "  " + message_;
  return render(pages_[position_], style_) + "\n" + status;
}

bool Browser::press(char key) {
  message_.clear();
  if (!typing_) return press_command(key);
  press_query(key);
  return true;
}

bool Browser::press_command(char key) {
  switch (key) {
    case 'n':
    case ' ':
    case '\n':
    case '\r':
      if (position_ + 1 < pages_.size()) ++position_;
      else message_ = "this is the last";
      return true;
    case 'p':
      if (position_ > 0) --position_;
      else message_ = "this is the first";
      return true;
    case 'g': position_ = 0; return true;
    case 'G': position_ = pages_.size() - 1; return true;
    case '/': typing_ = ""; return true;
    case 'q':
    case '\x03':
    case '\x04': return false;
    default: return true;
  }
}

void Browser::press_query(char key) {
  if (key == '\033') {
    typing_.reset();
  } else if (key == '\n' || key == '\r') {
    if (!typing_->empty()) query_ = *typing_;
    typing_.reset();
    if (!query_.empty() && !find(query_, position_ + 1) && !find(query_, 0)) message_ = "not found: " + query_;
  } else if (key == '\x7f' || key == '\b') {
    while (!typing_->empty() && (typing_->back() & 0xC0) == 0x80) typing_->pop_back();
    if (!typing_->empty()) typing_->pop_back();
  } else {
    typing_->push_back(key);
  }
}

bool Browser::find(std::string_view text, std::size_t from) {
  const std::string folded = data::fold_case(text);
  for (std::size_t i = from; i < pages_.size(); ++i) {
    if (!holds(pages_[i], folded)) continue;
    position_ = i;
    return true;
  }
  return false;
}

void view_records(const ViewOptions& options, Terminal& terminal) {
  std::vector<IntentPage> pages = read_pages(options);
  if (!terminal.interactive()) return print_first(options, pages, terminal);
  const std::string read = how_far(options, pages);
  Browser browser(std::move(pages), terminal.style());
  if (!options.find.empty() && !browser.find(options.find, 0)) throw not_found(options, read);
  do {
    terminal.clear();
    terminal.write(browser.screen());
    const std::optional<char> key = terminal.read_key();
    if (!key || !browser.press(*key)) break;
  } while (true);
  terminal.write("\n");
}

}  // namespace udrl::inspect
