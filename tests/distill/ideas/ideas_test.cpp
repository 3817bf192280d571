// The ideas stage: which words are counted and kept, their vectors, and the table that comes of them.
#include "udrl/distill/ideas.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "catch.hpp"
#include "distill/support.hpp"
#include "ideas/principal.hpp"
#include "ideas/word_counts.hpp"
#include "lm/http/fake_server.hpp"
#include "score/scorers/fake_embedder.hpp"
#include "udrl/base/random.hpp"
#include "udrl/command/fitted.hpp"
#include "udrl/data/fields.hpp"
#include "udrl/data/manifest.hpp"
#include "udrl/data/text.hpp"
#include "udrl/student/ideas.hpp"

using namespace udrl;
using namespace udrl::distill;
using namespace udrl::distill::testing;
using Counts = std::map<std::string, std::uint64_t>;
using Words = std::vector<std::string>;

namespace {

command::Fitted fitted() {
  command::Fitted out;
  out.normalisation_version = data::normalisation_version;
  out.bins = 5;
  out.weights = {{"relevance", 1.0}};
  for (const char* name : {"image", "fields"}) {
    command::FittedTask task;
    task.name = name;
    task.scorers = {{"relevance", {0, 1}}};
    task.quantiles.assign(101, 0.0);
    task.support = command::Support(5);
    task.support.add(8, 4, 100);
    out.tasks.push_back(task);
  }
  return out;
}

data::Record tagged(const std::string& intent, const std::string& answer, int bin, const std::string& task = "image") {
  data::Record record = sample(intent, task, 0, answer);
  record.id = content_id({intent, answer});
  record.words = data::count_words(answer);
  record.return_value = 0.0;
  record.commands = {{"return", bin}, {"words", *record.words}};
  record.split = "train";
  return record;
}

/// A tagged folder, and options that read it.
struct World {
  explicit World(const std::vector<data::Record>& records) {
    fs::create_directories(folder / "tagged");
    if (!records.empty()) write_records(folder / "tagged" / "train", records);
    command::save(fitted(), folder / "tagged" / "commands.json");
    options.data = folder / "tagged";
    options.out = folder / "out";
    options.nouns = folder.file("nouns.txt", "# of the sea\nharbor\nsailing club\n");
    options.dimensions = 8;
    options.at_least = 1;
  }
  TempFolder folder;
  IdeasOptions options;
};

Counts image_counts(const std::vector<data::Record>& records) {
  const World world(records);
  return count_words(world.options).answers.at(0);
}

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// An endpoint that embeds words, each in a direction of its own.
struct Embedder {
  Embedder()
      : server([this](const auto&, const auto&, const std::string& body) {
          const std::lock_guard lock(mutex);
          return FakeReply{200, embedded(data::parse_json(body).at("input").get<Words>()).dump(), "", false};
        }) {}
  data::Json embedded(const Words& words) {
    const auto rows = fake.embed(words);
    data::Json all = data::Json::array();
    for (std::size_t i = 0; i < rows.size(); ++i) all.push_back({{"index", i}, {"embedding", rows[i]}});
    return {{"data", all}};
  }
  lm::ModelOptions options() const {
    lm::ModelOptions out;
    out.endpoint.urls = {server.url()};
    out.endpoint.http_model = "test-embedder";
    return out;
  }

  std::mutex mutex;
  udrl::testing::FakeEmbedder fake;
  FakeServer server;  // last: it stops first
};

const std::vector<data::Record>& some_records() {
  static const std::vector<data::Record> records{
      tagged("harbor poster", "Boats at dusk", 4), tagged("sailing poster", "boats and warm lanterns", 4),
      tagged("tea flyer", "a steaming kettle", 0), tagged("tea flyer", R"({"subject": "teapot"})", 4, "fields")};
  return records;
}

}  // namespace

TEST_CASE("Answers that hold a word are counted, by task") {
  const World world({tagged("harbor poster", "Boats at dusk, boats of wood", 4), tagged("tea flyer", "BOATS!", 3),
                     tagged("tea flyer", "a kettle", 4, "fields")});
  const WordCounts counts = count_words(world.options);
  CHECK(counts.records == 3);
  CHECK(counts.tasks == Words{"image", "fields"});
  CHECK(counts.answers == std::vector<Counts>{{{"boats", 2}, {"dusk", 1}, {"wood", 1}}, {{"kettle", 1}}});
  CHECK(counts.in_requests == Counts{{"harbor", 1}, {"poster", 1}, {"tea", 2}, {"flyer", 2}});
}

TEST_CASE("A request's own words are no ideas, whatever their ending") {
  CHECK(image_counts({tagged("harbor photographs", "Harbors photographed at dusk", 4)}) == Counts{{"dusk", 1}});
}

TEST_CASE("Stop words, short words and what is no word of letters are no ideas") {
  CHECK(image_counts({tagged("poster", "The café of an 80s TV, don't go 4k24", 4)}) == Counts{{"café", 1}});
}

TEST_CASE("Answers in JSON count for nothing") {
  CHECK(image_counts({tagged("poster", R"({"subject": "boats"})", 4), tagged("flyer", R"(["boats"])", 4)}).empty());
}

TEST_CASE("Only answers of the upper half of returns count, and requests of all") {
  const World world({tagged("poster", "boats", 4), tagged("flyer", "lanterns", 3), tagged("banner", "kettles", 1),
                     tagged("card", "teapots", 0)});
  const WordCounts counts = count_words(world.options);
  CHECK(counts.answers[0] == Counts{{"boats", 1}, {"lanterns", 1}});
  CHECK(counts.in_requests.size() == 4);
}

TEST_CASE("A task that commands.json lacks is refused") {
  const World world({tagged("poster", "boats", 4, "letter")});
  CHECK(contains(refusal([&] { (void)count_words(world.options); }), "letter"));
}

TEST_CASE("The table has the nouns' words, those of requests, and those that enough answers of a task hold") {
  World world({});
  world.options.at_least = 2;
  WordCounts counts;
  counts.in_requests = {{"poster", 1}, {"4k24", 3}};
  counts.answers = {{{"boats", 2}, {"dusk", 1}, {"kettle", 1}}, {{"dusk", 1}}};
  CHECK(words_of_table(world.options, counts) == Words{"boats", "club", "harbor", "poster", "sailing"});
}

TEST_CASE("Where words are too many, the nouns' come first, then the most common") {
  World world({});
  world.options.most_words = 5;
  WordCounts counts;
  counts.in_requests = {{"poster", 3}, {"flyer", 2}};
  counts.answers = {{{"boats", 4}, {"flyer", 2}, {"dusk", 1}}};
  CHECK(words_of_table(world.options, counts) == Words{"boats", "club", "flyer", "harbor", "sailing"});
}

TEST_CASE("Rows of a plane keep their cosines in two dimensions") {
  RandomStream random(1, "plane");
  std::vector<double> x, y;
  for (int i = 0; i < 20; ++i) x.push_back(3 * random.normal()), y.push_back(random.normal());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / 20;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / 20;
  std::vector<std::vector<float>> rows;
  for (std::size_t i = 0; i < 20; ++i) {
    rows.emplace_back(10, 0.3F);  // off the origin
    // Two directions at right angles, neither along an axis.
    for (const std::size_t d : {1U, 4U}) rows[i][d] += static_cast<float>(x[i] / std::sqrt(2.0));
    rows[i][7] += static_cast<float>(y[i] * 0.6), rows[i][9] -= static_cast<float>(y[i] * 0.8);
  }
  const std::vector<float> parts = principal_parts(rows, 2);
  REQUIRE(parts.size() == 40);
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const double a = x[i] - mean_x, b = y[i] - mean_y, c = x[j] - mean_x, d = y[j] - mean_y;
      const double cosine = (a * c + b * d) / (std::hypot(a, b) * std::hypot(c, d));
      CHECK(dot(std::span(parts).subspan(2 * i, 2), std::span(parts).subspan(2 * j, 2)) == Approx(cosine).margin(1e-4));
    }
}

TEST_CASE("Of more directions those are kept in which rows differ most") {
  const std::vector<float> parts = principal_parts({{9, 0.1F, 5}, {-9, 0.1F, 5}, {9, -0.1F, 5}, {-9, -0.1F, 5}}, 1);
  REQUIRE(parts.size() == 4);
  CHECK(parts[0] == Approx(parts[2]));
  CHECK(parts[0] == Approx(-parts[1]));
  CHECK(std::abs(parts[0]) == Approx(1));
}

TEST_CASE("Equal rows have no direction, and no more dimensions are given than there are") {
  const std::vector<float> parts = principal_parts(std::vector<std::vector<float>>(5, {0.1F, 0.7F, -0.3F}), 8);
  CHECK(parts == std::vector<float>(15, 0.0F));
  CHECK(principal_parts({}, 8).empty());
}

TEST_CASE("The stage leaves a table that proposes what answers say, and does it once") {
  const World world(some_records());
  Embedder embedder;
  IdeasOptions options = world.options;
  options.embedder = embedder.options();
  const data::Manifest manifest = make_ideas(options, quiet_context());
  CHECK(manifest.complete);
  CHECK(manifest.counts.at("words") == 10);  // the nouns' 3, poster, tea, flyer, and boats, dusk, warm, lanterns
  CHECK(manifest.counts.at("proposed_image") == 4);
  CHECK(manifest.counts.at("proposed_fields") == 0);
  const auto ideas = student::Ideas::load(options.out / student::files::ideas);
  CHECK(ideas.parameters() == 80);
  CHECK(contains(ideas.embedder(), "test-embedder"));
  RandomStream random(1, "test");
  Words proposed = ideas.propose({"harbor", "image", 10, 0}, random);
  std::sort(proposed.begin(), proposed.end());
  CHECK(proposed == Words{"boats", "dusk", "lanterns", "warm"});
  CHECK(ideas.propose({"harbor", "fields", 10, 0}, random).empty());
  const std::size_t asked = embedder.fake.asked.size();
  CHECK(asked == 10);
  CHECK(make_ideas(options, quiet_context()).complete);
  CHECK(embedder.fake.asked.size() == asked);
}

TEST_CASE("A table of other words is refused in the same folder") {
  World world(some_records());
  Embedder embedder;
  world.options.embedder = embedder.options();
  make_ideas(world.options, quiet_context());
  world.folder.file("nouns.txt", "kite\n");
  CHECK(contains(refusal([&] { make_ideas(world.options, quiet_context()); }), "nouns"));
}

TEST_CASE("Where there is nothing to read, that is said") {
  Embedder embedder;
  SECTION("no record") {
    World world({});
    world.options.embedder = embedder.options();
    CHECK_FALSE(refusal([&] { make_ideas(world.options, quiet_context()); }).empty());
  }
  SECTION("no nouns") {
    World world(some_records());
    world.options.embedder = embedder.options();
    world.options.nouns = world.folder / "none.txt";
    CHECK(contains(refusal([&] { make_ideas(world.options, quiet_context()); }), "none.txt"));
  }
}

TEST_CASE("A stop while words are embedded is told, and the same command begins anew") {
  const NoStop no_stop;
  World world(some_records());
  Embedder embedder;
  world.options.embedder = embedder.options();
  request_stop();
  CHECK_FALSE(refusal([&] { make_ideas(world.options, quiet_context()); }, ErrorKind::stopped).empty());
  request_stop(false);
  CHECK(make_ideas(world.options, quiet_context()).complete);
}
