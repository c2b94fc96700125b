// The demo's view as a person sees it. Goal: every part has its place, whatever the size, and
// nothing from outside reaches the terminal as it came. Method: frames against tests/golden/demo
// (SPOTKEEPER_ACCEPT=1 writes them), and what must hold for every frame.
#include "app/demo_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/golden.h"

namespace app {
namespace {

using base::Duration;
using base::Instant;

const Instant kNow = Instant::from_unix_seconds(1'772'366'400);  // 2026-03-01T12:00:00Z

Instant ago(int64_t seconds) { return kNow - Duration::seconds(seconds); }

model::Incident incident(const char* slot, int64_t since_s, std::vector<const char*> steps) {
  model::Incident incident;
  incident.slot = model::SlotName(slot);
  incident.instance = model::InstanceId("i-0aaa1111bbbb2222c");
  incident.opened_at = ago(since_s);
  for (const char* step : steps) incident.timeline.push_back({ago(since_s), step, ""});
  return incident;
}

DemoState starting() {
  DemoState state;
  state.now = kNow;
  state.speed = 20;
  state.region = "us-east-2";
  state.endpoint_url = "http://127.0.0.1:4566";
  state.access_key = "SIMULATED-ACCESS-KEY";
  state.secret_key = "simulated-secret-key";
  state.api_url = "http://127.0.0.1:41234";
  state.hindrance =
      "no launches before 2026-03-01T12:01:30Z: the ledger is new, and machines of an older one "
      "must show themselves first";
  state.slots = {{"web-a", "", "", "empty", "", {}, {}}, {"web-b", "", "", "empty", "", {}, {}}};
  state.happenings = {{ago(2), "demo", "the region is at http://127.0.0.1:4566"}};
  return state;
}

DemoCounts busy_counts() {
  DemoCounts counts;
  counts.figures.interruptions_warned = 8;
  counts.figures.interruptions_unwarned = 1;
  counts.figures.replaced_in_time = 7;
  counts.figures.surplus = 1;
  counts.figures.launches = 19;
  counts.figures.slot_ms_wanted = 10'000;
  counts.figures.slot_ms_served = 9'876;
  counts.figures.cost = base::Money::usd_micros(61'000);
  counts.figures.on_demand_cost = base::Money::usd_micros(180'000);
  counts.calls = 559;
  counts.throttled = 2;
  counts.ledger_records = 40;
  return counts;
}

DemoState busy() {
  DemoState state = starting();
  state.hindrance.clear();
  const Instant later = kNow + Duration::seconds(99);
  state.slots = {
      {"web-a", "i-0123456789abcdef0", "c6i.large/us-east-2a", "serving", "healthy", {}, ago(400)},
      {"web-b", "i-0aaa1111bbbb2222d", "c5.large/us-east-2b", "starting", "initial", {}, ago(21)},
      {"", "i-0aaa1111bbbb2222c", "", "leaving", "draining", later, ago(21)},
      {"workers-a", "i-0fedcba9876543210", "m5.large/us-east-2a", "doomed", "ok",
       kNow - Duration::seconds(5), ago(900)},
  };
  state.incidents = {incident("web-b", 21, {"noticed", "launch-decided", "launched", "committed"}),
                     incident("workers-a", 4, {"noticed"})};
  state.dry_pools = {"c5.large/us-east-2c"};
  state.counts = busy_counts();
  for (int i = 30; i > 0; --i)
    state.happenings.push_back(
        {ago(i), i % 3 == 0 ? "region" : "keeper", "happening number " + std::to_string(31 - i)});
  return state;
}

void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = base::golden_path("demo/" + name + ".txt");
  if (std::getenv("SPOTKEEPER_ACCEPT")) std::ofstream(path, std::ios::binary) << actual << "\n";
  std::ifstream file(path, std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(actual + "\n", expected) << path;
}

std::vector<std::string> lines_of(const std::string& frame) {
  std::vector<std::string> lines{""};
  for (const char c : frame) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

TEST(DemoView, ShowsWhyNothingHappensYet) { expect_golden("starting", render(starting(), {})); }

TEST(DemoView, ShowsSlotsIncidentsFiguresAndTheNewestHappenings) {
  expect_golden("busy", render(busy(), {100, 30, Colours::kNone}));
}

TEST(DemoView, KeepsTheFiguresOnASmallScreen) {
  expect_golden("small", render(busy(), {40, 12, Colours::kNone}));
}

TEST(DemoView, MarksStatesWithColours) {
  expect_golden("colours", render(busy(), {100, 24, Colours::kAnsi}));
}

TEST(DemoView, ShowsWhatACheckerFound) {
  DemoState state = busy();
  state.counts.violations = {"web-a is launched for twice"};
  expect_golden("violated", render(state, {100, 14, Colours::kNone}));
}

TEST(DemoView, NeverExceedsTheScreen) {
  for (int width = 0; width <= 130; width += 13) {
    for (int height = 1; height <= 40; height += 3) {
      const auto lines = lines_of(render(busy(), {width, height, Colours::kNone}));
      EXPECT_LE(lines.size(), static_cast<size_t>(height));
      for (const std::string& line : lines) EXPECT_LE(line.size(), static_cast<size_t>(width));
    }
  }
}

TEST(DemoView, LetsNothingFromOutsideMoveTheCursor) {
  DemoState state = busy();
  state.slots[0].instance = "i-\x1b[2J\n";
  state.incidents[0].timeline.back().what = "\x1b[31m";
  state.happenings.back().what = "\r\x1b]0;title\x07";
  state.hindrance = "\x1b[H";
  const std::string frame = render(state, {100, 30, Colours::kNone});
  EXPECT_EQ(frame.find_first_of("\x1b\r\x07"), std::string::npos);
  EXPECT_NE(frame.find("i-?[2J?"), std::string::npos);
  EXPECT_EQ(plain_line(state.happenings.back()).find('\x1b'), std::string::npos);
}

TEST(DemoView, ColoursTakeNoRoom) {
  std::string coloured = render(busy(), {60, 30, Colours::kAnsi});
  for (size_t at; (at = coloured.find('\x1b')) != std::string::npos;)
    coloured.erase(at, coloured.find('m', at) - at + 1);
  const auto plain = lines_of(render(busy(), {60, 30, Colours::kNone}));
  const auto lines = lines_of(coloured);
  ASSERT_EQ(lines.size(), plain.size());
  // Spaces at the end of a line show nothing, whatever their colour.
  for (size_t i = 0; i < lines.size(); ++i)
    EXPECT_EQ(lines[i].substr(0, plain[i].size()), plain[i]);
}

TEST(DemoView, WritesAHappeningAsOneLine) {
  EXPECT_EQ(plain_line({kNow, "region", "pool c5.large/us-east-2a runs dry"}),
            "12:00:00 region  pool c5.large/us-east-2a runs dry");
}

TEST(DemoView, SumsARunUp) { expect_golden("summary", summary(busy_counts())); }

TEST(DemoView, ClaimsNoSharesOfNothing) {
  const std::string text = summary({});
  EXPECT_NE(text.find("ended before every slot had served once"), std::string::npos);
  EXPECT_EQ(text.find('%'), std::string::npos) << text;
}

TEST(DemoView, ClaimsNoInvariantThatWasViolated) {
  DemoCounts counts = busy_counts();
  counts.violations = {"web-a is launched for twice"};
  const std::string text = summary(counts);
  EXPECT_NE(text.find("VIOLATED  web-a is launched for twice"), std::string::npos);
  EXPECT_EQ(text.find("Every invariant held"), std::string::npos);
}

TEST(DemoView, CountsDownToZeroAndNoFurther) {
  EXPECT_EQ(minutes_and_seconds(Duration::seconds(120)), "2:00");
  EXPECT_EQ(minutes_and_seconds(Duration::millis(65'999)), "1:05");
  EXPECT_EQ(minutes_and_seconds(Duration::seconds(-3)), "0:00");
}

}  // namespace
}  // namespace app
