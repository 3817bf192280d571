// The doctor against planted truths: noise is called noise, quality passes, what is confounded or blind fails.
#include "udrl/inspect/doctor.hpp"

#include "catch.hpp"
#include "data/broken_json.hpp"
#include "distill/support.hpp"
#include "page/markup.hpp"
#include "score/scorers/fake_embedder.hpp"
#include "udrl/base/random.hpp"
#include "udrl/score/gates.hpp"
#include "udrl/score/scorer.hpp"

using namespace udrl;
using namespace udrl::inspect;
using namespace udrl::distill::testing;
using udrl::testing::FakeEmbedder;

namespace {

/// An answer that holds `held` of its intent's eight words among fillers, always eleven.
std::string answer_with(const std::string& intent, int held, RandomStream& random) {
  std::string out;
  const auto words = data::words(intent);
  for (std::size_t i = 0; i < 11; ++i) {
    const bool own = i < static_cast<std::size_t>(held);
    out += (i == 0 ? "" : " ") + (own ? std::string(words[i]) : "filler" + std::to_string(random.below(1000)));
  }
  return out;
}

std::string intent_about(const std::string& subject, const std::string& format) { return subject + " " + format; }

/// Sixty subjects, a tenth of them with sixteen draws, the others with six. Planted: `quality` is how many words of the
/// intent an answer holds, and `relevance` sees it; `judge` and `second` are quality with noise; `pure` is noise.
std::vector<data::Record> planted() {
  FakeEmbedder embedder;
  score::ScorerSet relevance({"relevance"}, &embedder);
  std::vector<data::Record> records;
  for (int s = 0; s < 60; ++s) {
    const std::string n = std::to_string(s), format = "form" + std::to_string(s % 7);
    std::string subject;
    for (const char* part : {"a", "b", "c", "d", "e", "f", "g"}) subject += (subject.empty() ? "" : " ") + (part + n);
    const std::string intent = intent_about(subject, format);
    RandomStream random(5, intent);
    for (int draw = 0; draw < (s % 10 == 0 ? 16 : 6); ++draw) {
      const int quality = 4 + static_cast<int>(random.below(5));
      data::Record record = sample(intent, "image", draw, answer_with(intent, quality, random));
      record.intent.subject = subject;
      record.intent.format = format;
      record.sampling.temperature = 0.5 + 0.1 * static_cast<double>(random.below(6));
      record.words = 11;
      record.scores = relevance.score(std::vector<score::Candidate>{{intent, record.answer}})[0];
      record.scores["judge"] = quality + random.normal();
      record.scores["second"] = quality + 1.5 * random.normal();
      record.scores["pure"] = random.normal();
      record.scores["cold"] = -record.sampling.temperature + 0.01 * random.normal();
      record.scores["copying"] = 0.1 * static_cast<double>(random.below(5));
      records.push_back(std::move(record));
    }
  }
  return records;
}

struct Patient {
  TempFolder folder;
  FakeEmbedder embedder;
  DoctorOptions options;

  explicit Patient(const std::vector<data::Record>& records = planted()) {
    write_records(folder / "in", records);
    options.input = {(folder / "in").string()};
    options.out = folder / "out";
    options.resamples = 300;
  }
  DoctorResult examined(bool with_model = true) {
    return examine(options, with_model ? score::Models{{"embedder", &embedder}} : score::Models{}, quiet_context());
  }
  data::Json json() const { return data::Json::parse(read_file(options.out / "doctor.json")); }
};

const Check& check_of(const DoctorResult& result, const std::string& question, const std::string& scorer) {
  for (const Check& check : result.checks)
    if (contains(check.question, question) && check.scorer == scorer) return check;
  throw failure("no such check: " + question + ", " + scorer);
}

data::Json entry(const data::Json& list, const std::map<std::string, data::Json>& wanted) {
  for (const auto& item : list)
    if (std::all_of(wanted.begin(), wanted.end(), [&](const auto& w) { return item.at(w.first) == w.second; }))
      return item;
  return {};
}

}  // namespace

TEST_CASE("A scorer that is noise is said to be no more than noise, and one that sees quality passes") {
  Patient patient;
  const DoctorResult result = patient.examined();
  const Check& noise = check_of(result, "more than noise", "pure");
  CHECK(noise.finding == Finding::fail);
  CHECK(contains(noise.reason, "no more than noise"));
  CHECK_FALSE(noise.cure.empty());
  for (const char* scorer : {"relevance", "judge", "second"})
    CHECK(check_of(result, "more than noise", scorer).finding == Finding::pass);
  CHECK(check_of(result, "sees damage", "relevance").finding == Finding::pass);
  CHECK(contains(check_of(result, "sees damage", "relevance").reason, "as a measure of fidelity"));
  CHECK(contains(check_of(result, "sees damage", "pure").reason, "no scorer of this build"));
  CHECK(check_of(result, "better by independent scorers", "relevance").finding == Finding::pass);
  CHECK(check_of(result, "better by independent scorers", "pure").finding != Finding::pass);
  CHECK(check_of(result, "few draws", "relevance").finding == Finding::pass);
  CHECK(result.overall.finding == Finding::pass);
  CHECK(contains(result.overall.reason, "relevance"));
}

TEST_CASE("A scorer without an order says nothing of others, and does not stand before one that does") {
  std::vector<data::Record> records = planted();
  for (data::Record& record : records) record.scores["always"] = 5;
  Patient patient(records);
  patient.options.scorers = {"always", "judge", "relevance"};
  const DoctorResult result = patient.examined();
  CHECK(check_of(result, "more than noise", "relevance").finding == Finding::pass);
  CHECK(check_of(result, "more than noise", "always").finding == Finding::unknown);
}

TEST_CASE("A scorer that follows the temperature is confounded") {
  Patient patient;
  patient.options.scorers = {"cold", "judge"};
  const DoctorResult result = patient.examined();
  const Check& cold = check_of(result, "independent of length", "cold");
  CHECK(cold.finding == Finding::fail);
  CHECK(contains(cold.reason, "temperature −0.9"));
  CHECK(contains(cold.cure, "temperatures"));
  CHECK(check_of(result, "independent of length", "judge").finding == Finding::pass);
}

TEST_CASE("What cannot be asked is unknown, with the reason") {
  Patient patient;
  patient.options.scorers = {"relevance"};
  const DoctorResult result = patient.examined(false);
  CHECK(contains(check_of(result, "sees damage", "relevance").reason, "no model was named"));
  CHECK(contains(check_of(result, "sees damage", "relevance").cure, "--embedder.gguf"));
  CHECK(contains(check_of(result, "more than noise", "relevance").reason, "no independent scorer"));
  CHECK(result.overall.finding == Finding::unknown);
}

TEST_CASE("A scorer that sees no intent sees no damage, and the data fails with it") {
  auto records = planted();
  for (auto& record : records) record.answer = "the same words for every intent number " + std::to_string(record.draw);
  Patient patient(records);
  patient.options.scorers = {"relevance"};
  const DoctorResult result = patient.examined();
  const Check& damage = check_of(result, "sees damage", "relevance");
  CHECK(damage.finding == Finding::fail);
  CHECK(contains(damage.reason, "image: the teacher’s own answers are not above another intent’s"));
  CHECK(contains(damage.reason, "another model made"));  // the records say otherwise
  CHECK(result.overall.finding == Finding::fail);
}

TEST_CASE("With too few answers of a task it is not known whether a scorer sees damage") {
  Patient patient;
  patient.options.pairs = 10;
  const Check check = check_of(patient.examined(), "sees damage", "relevance");
  CHECK(check.finding == Finding::unknown);
  CHECK(contains(check.reason, "too few answers: image"));
  CHECK(check.cure == "raise --pairs");
}

TEST_CASE("A masked value is asked whether it sees the damage to what an answer adds") {
  FakeEmbedder embedder;
  auto records = planted();
  score::ScorerSet scorers({"relevance_masked"}, &embedder);
  for (auto& record : records) {
    const std::vector<score::Candidate> one{{record.intent.intent, record.answer}};
    record.scores["relevance_masked"] = scorers.score(one)[0].at("relevance_masked");
  }
  Patient patient(records);
  patient.options.scorers = {"relevance", "relevance_masked"};
  const DoctorResult result = patient.examined();
  const Check& check = check_of(result, "sees damage", "relevance_masked");
  CHECK(check.finding == Finding::fail);  // the fillers of planted answers have nothing to do with the intent
  CHECK(contains(check.reason, "as a measure of elaboration"));
  CHECK(patient.json().at("figures").at("damage").size() == 1);  // both halves at once
}

TEST_CASE("Draws of an intent that hardly differ are found") {
  auto records = planted();
  for (auto& record : records)
    record.scores = {{"flat", static_cast<double>(leading_bits(record.intent.intent_id) % 1000) + 0.1 * record.draw}};
  Patient patient(records);
  const DoctorResult result = patient.examined();
  CHECK(check_of(result, "draws of an intent differ", "flat").finding == Finding::fail);
}

TEST_CASE("Planted figures come out") {
  Patient patient;
  patient.examined();
  const data::Json f = patient.json().at("figures");
  CHECK(f.at("scorers") == data::Json({"cold", "judge", "pure", "relevance", "second"}));  // not copying
  CHECK(f.at("examined").at("records") == 60 * 6 + 6 * 10);
  CHECK(f.at("examined").at("deep_groups") == 6);
  const data::Json own = entry(f.at("expected"), {{"label", "judge"}, {"judge", "judge"}});
  const data::Json seen = entry(f.at("expected"), {{"label", "judge"}, {"judge", "second"}});
  CHECK(own.at("slope").get<double>() == Approx(1.0));
  CHECK(own.at("range_sd").at("value").get<double>() > 2);
  // var(quality) = 2, of judge 3, of second 4.25: the slope between standardised values is their correlation.
  CHECK(seen.at("slope").get<double>() == Approx(2 / std::sqrt(3 * 4.25)).margin(0.1));
  const data::Json best = entry(f.at("best_of_n"), {{"selecting", "judge"}, {"judging", "judge"}, {"draws", 16}});
  CHECK(best.at("gain_sd").at("value").get<double>() == Approx(1.7).margin(0.3));  // near E max of 16 normals, 1.77
  const data::Json few = entry(f.at("few_draws"), {{"scorer", "judge"}, {"draws", 6}});
  CHECK(few.at("spearman").get<double>() > 0.85);
  const data::Json spread = entry(f.at("spread"), {{"scorer", "pure"}});
  CHECK(spread.at("share_within").get<double>() > 0.9);
}

TEST_CASE("The order of the input changes nothing, and a finished examination is read back") {
  Patient forwards;
  auto records = planted();
  std::reverse(records.begin(), records.end());
  Patient backwards(records);
  const DoctorResult first = forwards.examined();
  backwards.examined();
  const auto by_name = [](data::Json json) { return json.at("figures").at("agreement"); };
  CHECK(by_name(forwards.json()) == by_name(backwards.json()));
  const std::string page = read_file(forwards.options.out / "doctor.html");
  const DoctorResult again = forwards.examined();
  CHECK(again.manifest.complete);
  CHECK(to_text(again) == to_text(first));
  CHECK(to_text(again).starts_with("PASS"));
  CHECK(read_file(forwards.options.out / "doctor.html") == page);
}

TEST_CASE("Findings that are damaged are refused with file and field") {
  Patient patient;
  patient.examined();
  data::Json whole = patient.json();
  whole["figures"] = 0;  // not read back
  test::check_broken_is_told(
      whole, (patient.options.out / "doctor.json").string(),
      [&](const std::string& text) { patient.folder.file("out/doctor.json", text); },
      [&] { return test::refusal([&] { patient.examined(); }); }, {{}, {"/figures"}});
}

TEST_CASE("The page stands alone, and what data says stays text") {
  auto records = planted();
  for (std::size_t i = 0; i < records.size(); i += 2) records[i].teacher = "<script>alert(1)</script>";
  Patient patient(records);
  patient.examined();
  const std::string page = read_file(patient.options.out / "doctor.html");
  CHECK(udrl::page::testing::is_balanced(page));
  CHECK_FALSE(contains(page, "<script>"));
  CHECK(contains(page, "&lt;script&gt;"));
  CHECK_FALSE(contains(page, "://"));
  CHECK_FALSE(contains(page, "nan"));
  CHECK(page.find("class=\"verdict PASS\"") < page.find("<svg"));
}

TEST_CASE("Groups are chosen by hash: as many as asked for, and the deep ones besides") {
  Patient patient;
  patient.options.intents = 4;
  patient.options.scorers = {"judge", "second"};
  patient.examined();
  CHECK(patient.json().at("figures").at("examined").at("groups") == 8);
  CHECK(patient.json().at("figures").at("examined").at("deep_groups") == 4);
  CHECK(patient.json().at("figures").at("input").at("groups") == 60);
}

TEST_CASE("Data without the scores is refused, with what to do") {
  Patient patient;
  patient.options.scorers = {"fluency"};
  CHECK(contains(refusal([&] { patient.examined(); }), "not every record has the value 'fluency'"));
  Patient bare({sample("holiday sale", "image", 0, "a sleigh")});
  CHECK(contains(refusal([&] { bare.examined(); }), "udrl-distill score"));
}

TEST_CASE("A stop while pairs are scored ends it, and it can be run again") {
  const NoStop no_stop;
  Patient patient;
  patient.embedder.after_embed = [] { request_stop(); };
  CHECK(contains(refusal([&] { patient.examined(); }, ErrorKind::stopped), "stopped"));
  request_stop(false);
  patient.embedder.after_embed = nullptr;
  CHECK(patient.examined().overall.finding == Finding::pass);
}

TEST_CASE("A swap takes whole words that are there, and nothing else") {
  CHECK(score::swapped_text("poster for tea", "tea", "coffee") == "poster for coffee");
  CHECK(score::swapped_text("poster for teachers and tea", "tea", "coffee") == "poster for teachers and coffee");
  CHECK(score::swapped_text("poster for teachers", "tea", "coffee").empty());
  CHECK(score::swapped_text("poster for tea", "", "coffee").empty());
  CHECK(score::swapped_text("poster for tea", "tea", "tea").empty());
}
