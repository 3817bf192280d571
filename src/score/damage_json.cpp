// Every figure of a damage, by task and half.
#include "udrl/score/damage_json.hpp"

#include "udrl/data/fields.hpp"

namespace udrl::score {
namespace {

using data::Fields, data::Json;

template <class T, class F>
Json halves_json(const Halves<T>& values, F json_of) {
  Json json;
  for (const Half half : halves) json[to_string(half)] = json_of(values[half]);
  return json;
}

template <class T, class F>
Halves<T> halves_from(const Json& json, F from) {
  const Fields fields(json, "pair of halves");
  Halves<T> out;
  for (const Half half : halves) out[half] = from(fields, to_string(half));
  return out;
}

Halves<double> numbers_from(const Json& json) {
  return halves_from<double>(json,
                             [](const Fields& fields, const std::string& half) { return fields.number_or_nan(half); });
}

Json estimates(const Halves<Estimate>& values) {
  return halves_json(values, [](const Estimate& e) { return to_json(e); });
}
Halves<Estimate> estimates_from(const Json& json) {
  return halves_from<Estimate>(
      json, [](const Fields& fields, const std::string& half) { return estimate_from_json(fields.object(half)); });
}

Json to_json(const TaskDamage& d) {
  Json json = {{"task", d.task},
               {"answers", d.answers},
               {"with_subject", d.with_subject},
               {"undamaged", halves_json(d.undamaged, data::number)},
               {"zero", halves_json(d.zero, data::number)},
               {"subject", estimates(d.subject)},
               {"why_not", halves_json(d.why_not, [](const std::string& why) { return Json(why); })}};
  for (std::size_t s = 0; s < damage_shares.size(); ++s) {
    json["words"].push_back(estimates(d.words[s]));
    json["steps"].push_back(score::to_json(d.steps[s]));
  }
  return json;
}

/// As many as there are shares.
const Json& by_share(const Fields& fields, const std::string& name) {
  const Json& list = fields.list(name);
  if (list.size() == damage_shares.size()) return list;
  throw user_error("field \"" + name + "\" is of the wrong length")
      .expected(std::to_string(damage_shares.size()))
      .got(std::to_string(list.size()));
}

TaskDamage task_from(const Json& json) {
  const Fields fields(json, "damage");
  TaskDamage d;
  d.task = fields.text("task");
  d.answers = fields.natural("answers");
  d.with_subject = fields.natural("with_subject");
  d.undamaged = numbers_from(fields.object("undamaged"));
  d.zero = numbers_from(fields.object("zero"));
  d.subject = estimates_from(fields.object("subject"));
  d.why_not = halves_from<std::string>(fields.object("why_not"),
                                       [](const Fields& why, const std::string& half) { return why.text(half); });
  for (std::size_t s = 0; s < damage_shares.size(); ++s) {
    d.words[s] = estimates_from(by_share(fields, "words").at(s));
    d.steps[s] = estimate_from_json(by_share(fields, "steps").at(s));
  }
  return d;
}

}  // namespace

Json to_json(const Damage& damage) {
  Json tasks = Json::array();
  for (const TaskDamage& task : damage.tasks) tasks.push_back(to_json(task));
  return {{"scorer", damage.scorer}, {"why_not", damage.why_not}, {"tasks", tasks}};
}

Damage damage_from_json(const Json& json) {
  const Fields fields(json, "damage");
  Damage damage{fields.text("scorer"), fields.text("why_not"), {}};
  for (const Json& task : fields.list("tasks")) damage.tasks.push_back(task_from(task));
  return damage;
}

}  // namespace udrl::score
