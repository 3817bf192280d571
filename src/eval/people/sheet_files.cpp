// Table and page of a rating sheet.
#include "sheet_files.hpp"

#include "sheet_page.hpp"
#include "udrl/data/csv.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/page/parts.hpp"
#include "udrl/page/visible.hpp"

namespace udrl::eval {
namespace {

using page::Html, page::tag;

Html button(const std::string& id, const std::string& key, const std::string& words) {
  return tag("button", {{"id", id}, {"type", "button"}}, {tag("kbd", key), page::text(words)});
}

Html answer(const std::string& letter) {
  return tag(
      "div", {{"class", "answer"}, {"id", "box-" + letter}},
      {tag("p", {{"class", "letter"}}, letter), tag("p", {{"class", "said"}, {"id", letter}, {"dir", "auto"}}, "")});
}

Html top() {
  return tag("div", {{"class", "top"}},
             {tag("label", {page::text("Your name "), tag("input", {{"id", "name"},
                                                                    {"autocomplete", "name"},
                                                                    {"maxlength", "60"},
                                                                    {"placeholder", "goes into the file"}})}),
              tag("span", {{"id", "count"}, {"aria-live", "polite"}}, ""),
              tag("button", {{"id", "download"}, {"type", "button"}}, "Download CSV")});
}

Html pair_card() {
  return tag(
      "section", {{"id", "card"}},
      {tag("p", {{"class", "kicker"}}, {tag("span", {{"id", "task"}}, "")}),
       tag("p", {{"class", "request"}}, {tag("bdi", {{"id", "intent"}}, "")}),
       tag("p", {{"class", "muted"}}, rating_question), tag("div", {{"class", "answers"}}, {answer("A"), answer("B")}),
       tag("div", {{"class", "choices"}},
           {button("choose-A", "1", "A is better"), button("choose-tie", "3", "Equally good"),
            button("choose-B", "2", "B is better")}),
       tag("div", {{"class", "moves"}}, {button("back", "⌫", "Back"), button("skip", "→", "Next")})});
}

Html end_card() {
  return tag("section", {{"id", "end"}, {"hidden", ""}},
             {tag("h1", "Thank you"), tag("p", {{"class", "lead"}, {"id", "left"}}, ""),
              tag("p", "Download the CSV and send it to whoever gave you this page. Nothing has left your computer."),
              tag("div", {{"class", "moves"}},
                  {button("back-end", "⌫", "Back"),
                   tag("button", {{"id", "anew"}, {"type", "button"}}, "Forget my ratings")})});
}

}  // namespace

std::string sheet_csv(const Sheet& sheet) {
  std::string out = "id,task,intent,A,B,rating\r\n";
  for (const SheetPair& pair : sheet.pairs) {
    for (const std::string& cell : {pair.id, pair.task, pair.intent, pair.texts[0], pair.texts[1]})
      out += data::csv_cell(cell) + ",";
    out += "\r\n";
  }
  return out;
}

std::string sheet_html(const Sheet& sheet) {
  data::Json json = {{"sheet", sheet.hash}, {"pairs", data::Json::array()}};
  for (const SheetPair& pair : sheet.pairs)
    json["pairs"].push_back(
        {{"id", pair.id}, {"task", pair.task}, {"intent", pair.intent}, {"A", pair.texts[0]}, {"B", pair.texts[1]}});
  const Html bar = tag("div", {{"class", "bar"}}, {tag("div", {{"id", "bar"}}, "")});
  const Html note = tag("p", {{"class", "small"}, {"id", "note"}, {"role", "status"}}, "");
  const std::string script = std::string(sheet_script).append(page::visible_script);
  return page::working_document("Which serves the request better?",
                                tag("main", {{"class", "sheet"}}, {top(), bar, note, pair_card(), end_card()}),
                                {data::json_line(json), script, sheet_style});
}

}  // namespace udrl::eval
