// Inverting a measured curve, and steering.json.
#include "udrl/command/certificate.hpp"

#include <algorithm>
#include <cmath>

#include "udrl/base/error.hpp"
#include "udrl/base/files.hpp"
#include "udrl/command/schema.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/number.hpp"
#include "udrl/score/estimate_json.hpp"

namespace udrl::command {
namespace {

using data::Fields, data::Json;

constexpr int version = 1;

/// The least squares fit that never falls (pool adjacent violators): what came, by point.
std::vector<double> monotone(const std::vector<SteeringPoint>& points) {
  struct Pool {
    double mean, weight;
    std::size_t size;
  };
  std::vector<Pool> pools;
  for (const SteeringPoint& point : points) {
    pools.push_back({point.got.value, static_cast<double>(std::max<std::size_t>(1, point.answers)), 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean > pools.back().mean) {
      const Pool last = pools.back();
      pools.pop_back();
      Pool& before = pools.back();
      before.mean = (before.mean * before.weight + last.mean * last.weight) / (before.weight + last.weight);
      before.weight += last.weight;
      before.size += last.size;
    }
  }
  std::vector<double> fitted;
  for (const Pool& pool : pools) fitted.insert(fitted.end(), pool.size, pool.mean);
  return fitted;
}

/// By straight lines between the points.
double at(const std::vector<SteeringPoint>& points, const std::vector<double>& got, double asked) {
  const auto above = std::upper_bound(points.begin(), points.end(), asked,
                                      [](double value, const SteeringPoint& point) { return value < point.asked; });
  if (above == points.end()) return got.back();
  if (above == points.begin()) return got.front();
  const auto i = static_cast<std::size_t>(above - points.begin());
  const double part = (asked - points[i - 1].asked) / (points[i].asked - points[i - 1].asked);
  return got[i - 1] + part * (got[i] - got[i - 1]);
}

Json to_json(const SteeringCurve& curve) {
  Json points = Json::array();
  for (const SteeringPoint& point : curve.points)
    points.push_back({{"asked", point.asked}, {"got", score::to_json(point.got)}, {"answers", point.answers}});
  return {{"command", curve.command},
          {"task", curve.task},
          {"measure", curve.measure},
          {"points", points},
          {"gain", score::to_json(curve.gain)},
          {"offset", score::to_json(curve.offset)},
          {"rank_correlation", score::to_json(curve.rank_correlation)}};
}

SteeringCurve curve_from(const Json& json) {
  const Fields fields(json, "curve");
  SteeringCurve curve;
  curve.command = fields.text("command");
  curve.task = fields.text("task");
  curve.measure = fields.text("measure");
  for (const Json& point : fields.list("points")) {
    const Fields of_point(point, "point");
    curve.points.push_back(
        {of_point.number("asked"), score::estimate_from_json(of_point.object("got")), of_point.natural("answers")});
  }
  for (const SteeringPoint& point : curve.points)
    if (curve.command == "words" && !(point.asked >= 0 && point.asked <= max_words))
      throw user_error("a curve of words asks for more than a student can be asked")
          .expected("at most " + std::to_string(max_words))
          .got(data::json_line(Json(point.asked)));
  curve.gain = score::estimate_from_json(fields.object("gain"));
  curve.offset = score::estimate_from_json(fields.object("offset"));
  curve.rank_correlation = score::estimate_from_json(fields.object("rank_correlation"));
  return curve;
}

Json to_json(const SideEffect& effect) {
  return {{"command", effect.command}, {"measure", effect.measure}, {"change", score::to_json(effect.change)}};
}

SideEffect effect_from(const Json& json) {
  const Fields fields(json, "side effect");
  return {fields.text("command"), fields.text("measure"), score::estimate_from_json(fields.object("change"))};
}

Json to_json(const TaskStyle& style) {
  return {{"task", style.task},
          {"answers", style.answers},
          {"like_own", data::number(style.like_own)},
          {"training_like_own", data::number(style.training_like_own)},
          {"most_mistaken_for", style.most_mistaken_for}};
}

TaskStyle style_from(const Json& json) {
  const Fields fields(json, "style");
  return {fields.text("task"), fields.natural("answers"), fields.number_or_nan("like_own"),
          fields.number_or_nan("training_like_own"), fields.text("most_mistaken_for")};
}

Json to_json(const SupportedRegion& region) {
  return {{"task", region.task}, {"return", region.bin}, {"shortest", region.shortest}, {"longest", region.longest}};
}

SupportedRegion region_from(const Json& json) {
  const Fields fields(json, "supported region");
  return {fields.text("task"), fields.integer("return"), fields.integer("shortest"), fields.integer("longest")};
}

template <class T>
Json list(const std::vector<T>& items) {
  Json json = Json::array();
  for (const T& item : items) json.push_back(to_json(item));
  return json;
}

Certificate certificate_from(const Json& json) {
  const Fields fields(json, "steering certificate");
  if (const int found = fields.integer("version"); found != version)
    throw user_error("a steering certificate of another version")
        .expected(std::to_string(version))
        .got(std::to_string(found));
  Certificate certificate;
  certificate.student = fields.text("student");
  certificate.split = fields.text("split");
  certificate.intents = fields.natural("intents");
  certificate.subjects = fields.natural("subjects");
  certificate.temperature = fields.number("temperature");
  for (const Json& curve : fields.list("curves")) certificate.curves.push_back(curve_from(curve));
  for (const Json& effect : fields.list("side_effects")) certificate.side_effects.push_back(effect_from(effect));
  for (const Json& style : fields.list("styles")) certificate.styles.push_back(style_from(style));
  for (const Json& region : fields.list("supported")) certificate.supported.push_back(region_from(region));
  return certificate;
}

}  // namespace

const SteeringCurve* Certificate::curve(const std::string& command, const std::string& measure,
                                        const std::string& task) const {
  for (const SteeringCurve& one : curves)
    if (one.command == command && one.measure == measure && one.task == task) return &one;
  return nullptr;
}

std::optional<int> Certificate::words_to_ask(const std::string& task, int wanted) const {
  const SteeringCurve* measured = curve("words", "words", task);
  if (measured == nullptr || measured->points.size() < 2) return std::nullopt;
  const std::vector<SteeringPoint>& points = measured->points;
  const std::vector<double> got = monotone(points);
  int best = 0;
  double least = 0;
  const int first = static_cast<int>(std::lround(points.front().asked));
  const int last = static_cast<int>(std::lround(points.back().asked));
  for (int asked = first; asked <= last; ++asked) {
    const double off = std::abs(at(points, got, asked) - wanted);
    if (best != 0 && off >= least) continue;
    best = asked;
    least = off;
  }
  return best;
}

void save(const Certificate& certificate, const std::filesystem::path& file) {
  const Json json = {{"version", version},
                     {"student", certificate.student},
                     {"split", certificate.split},
                     {"intents", certificate.intents},
                     {"subjects", certificate.subjects},
                     {"temperature", certificate.temperature},
                     {"curves", list(certificate.curves)},
                     {"side_effects", list(certificate.side_effects)},
                     {"styles", list(certificate.styles)},
                     {"supported", list(certificate.supported)}};
  data::write_json(file, json);
}

Certificate load_certificate(const std::filesystem::path& file) {
  return data::read_document(file, "measure it again: udrl-eval --certify", certificate_from);
}

std::optional<Certificate> certificate_of(const std::filesystem::path& folder, const std::string& student_sha256) {
  const std::filesystem::path file = folder / files::certificate;
  if (!std::filesystem::exists(file)) return std::nullopt;
  Certificate certificate = load_certificate(file);
  if (certificate.student != student_sha256) return std::nullopt;
  return certificate;
}

}  // namespace udrl::command
