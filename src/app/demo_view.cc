#include "app/demo_view.h"

#include <algorithm>
#include <cstdio>

#include "base/quote.h"

namespace app {
namespace {

using base::Duration;
using base::Instant;

// Incidents beyond these wait for a free line: happenings tell the same story.
constexpr size_t kMostIncidents = 5;
constexpr size_t kMostSteps = 3;

enum class Style { kPlain, kBold, kDim, kGood, kBusy, kBad };

std::string_view code_of(Style style) {
  switch (style) {
    case Style::kPlain: return "";
    case Style::kBold: return "\x1b[1m";
    case Style::kDim: return "\x1b[2m";
    case Style::kGood: return "\x1b[32m";
    case Style::kBusy: return "\x1b[33m";
    case Style::kBad: return "\x1b[31m";
  }
  return "";
}

// One line of the screen, cut at its width.
class Line {
 public:
  explicit Line(const Screen& screen) : screen_(screen) {}

  Line& add(std::string_view text, Style style = Style::kPlain) {
    const size_t room = static_cast<size_t>(std::max(screen_.width, 0)) - used_;
    const std::string shown = base::printable(text.substr(0, room));
    used_ += shown.size();
    const bool is_styled =
        screen_.colours == Colours::kAnsi && style != Style::kPlain && !shown.empty();
    if (is_styled) text_ += code_of(style);
    text_ += shown;
    if (is_styled) text_ += "\x1b[0m";
    return *this;
  }

  Line& cell(std::string_view text, size_t width, Style style = Style::kPlain) {
    add(text.substr(0, width), style);
    return add(std::string(width - std::min(width, text.size()) + 1, ' '));
  }

  std::string take() {
    text_.erase(text_.find_last_not_of(' ') + 1);
    return std::move(text_);
  }

 private:
  const Screen& screen_;
  size_t used_ = 0;
  std::string text_;
};

using Lines = std::vector<std::string>;

// At least one space follows.
std::string padded(std::string_view text, size_t width) {
  return std::string(text) + std::string(width - std::min(width, text.size()) + 1, ' ');
}

std::string time_of_day(Instant at) { return base::to_iso8601(at).substr(11, 8); }

// "99.5 %". The whole is not nothing.
std::string percent(int64_t part, int64_t whole, int digits) {
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %%", digits, share);
  return text;
}

// To the cent: a bill, not a price.
std::string dollars(base::Money money) {
  const int64_t cents = (money.micros() + 5'000) / 10'000;
  return to_string(base::Money::usd_micros(cents * 10'000));
}

template <class Integer>
std::string number(Integer value) {
  return std::to_string(value);
}

int64_t interruptions(const sim::Figures& figures) {
  return figures.interruptions_warned + figures.interruptions_unwarned;
}

Style style_of(const DemoSlot& slot) {
  if (slot.name.empty()) return Style::kDim;
  if (slot.state == "serving") return Style::kGood;
  const bool is_bad = slot.state == "doomed" || slot.state == "unhealthy" || slot.state == "empty";
  return is_bad ? Style::kBad : Style::kBusy;
}

void add_header(const DemoState& state, const Screen& screen, Lines& lines) {
  lines.push_back(Line(screen)
                      .add("spotkeeper demo", Style::kBold)
                      .add("  " + base::to_iso8601(state.now).substr(0, 10) + " " +
                           time_of_day(state.now) + "Z  " + std::to_string(state.speed) + "x  ")
                      .add("i interrupt s storm d drain q quit", Style::kDim)
                      .take());
  lines.push_back(Line(screen)
                      .add("aws --endpoint-url " + state.endpoint_url + " --region " + state.region)
                      .take());
  lines.push_back(Line(screen)
                      .add("keys " + state.access_key + " " + state.secret_key)
                      .add("   keeper " + state.api_url)
                      .take());
}

void add_counts(const DemoState& state, const Screen& screen, Lines& lines) {
  const DemoCounts& counts = state.counts;
  const sim::Figures& f = counts.figures;
  lines.push_back("");
  lines.push_back(
      Line(screen)
          .add(number(interruptions(f)) + " interruptions, " + number(f.replaced_in_time) + " of " +
                   number(f.interruptions_warned) + " warned healthy in time, capacity " +
                   (f.slot_ms_wanted == 0
                        ? "coming up"
                        : "held " + percent(f.slot_ms_served, f.slot_ms_wanted, 1)),
               Style::kBold)
          .take());
  lines.push_back(Line(screen)
                      .add(number(f.launches) + " launches, " + number(f.surplus) + " surplus, " +
                           number(counts.calls) + " calls, " + number(counts.throttled) +
                           " throttled, " + number(counts.ledger_records) +
                           " ledger records checked")
                      .take());
  for (const std::string& violation : counts.violations)
    lines.push_back(Line(screen).add("VIOLATED " + violation, Style::kBad).take());
}

void add_wrapped(std::string_view text, const Screen& screen, Lines& lines) {
  const size_t width = static_cast<size_t>(std::max(screen.width, 1));
  while (text.size() > width) {
    const size_t space = text.rfind(' ', width);
    if (space == std::string_view::npos) break;
    lines.push_back(Line(screen).add(text.substr(0, space), Style::kBusy).take());
    text.remove_prefix(space + 1);
  }
  lines.push_back(Line(screen).add(text, Style::kBusy).take());
}

std::string slot_row(const DemoState& state, const DemoSlot& slot, const Screen& screen) {
  const Style style = style_of(slot);
  const auto left = [&](Instant at) { return minutes_and_seconds(at - state.now); };
  return Line(screen)
      .cell(slot.name.empty() ? "  (old)" : slot.name, 9)
      .cell(slot.instance, 19)
      .cell(slot.pool, 20)
      .cell(slot.state, 9, style)
      .cell(slot.health, 12, style)
      .cell(slot.doomed_at ? left(*slot.doomed_at) : "", 6, Style::kBad)
      .add(slot.since ? time_of_day(*slot.since) : "")
      .take();
}

void add_slots(const DemoState& state, const Screen& screen, Lines& lines) {
  lines.push_back("");
  lines.push_back(Line(screen)
                      .cell("slot", 9, Style::kDim)
                      .cell("instance", 19, Style::kDim)
                      .cell("pool", 20, Style::kDim)
                      .cell("state", 9, Style::kDim)
                      .cell("health", 12, Style::kDim)
                      .cell("doomed", 6, Style::kDim)
                      .add("since", Style::kDim)
                      .take());
  for (const DemoSlot& slot : state.slots) lines.push_back(slot_row(state, slot, screen));
  if (!state.hindrance.empty()) add_wrapped(state.hindrance, screen, lines);
  for (const std::string& pool : state.dry_pools)
    lines.push_back(Line(screen).add("dry: " + pool, Style::kBusy).take());
}

std::string latest_steps(const model::Incident& incident) {
  const auto& timeline = incident.timeline;
  std::string text;
  for (size_t i = timeline.size() - std::min(timeline.size(), kMostSteps); i < timeline.size(); ++i)
    text += (text.empty() ? "" : " > ") + time_of_day(timeline[i].at) + " " + timeline[i].what;
  return text;
}

void add_incidents(const DemoState& state, const Screen& screen, Lines& lines) {
  if (state.incidents.empty()) return;
  lines.push_back("");
  const size_t shown = std::min(state.incidents.size(), kMostIncidents);
  for (size_t i = 0; i < shown; ++i) {
    const model::Incident& incident = state.incidents[i];
    lines.push_back(Line(screen)
                        .cell(incident.slot.str(), 9, Style::kBad)
                        .cell(model::to_string(incident.kind), 12)
                        .add(latest_steps(incident))
                        .take());
  }
  if (state.incidents.size() > shown)
    lines.push_back(
        Line(screen).add("and " + number(state.incidents.size() - shown) + " more").take());
}

// As many as there is room for: the newest at the end.
void add_happenings(const DemoState& state, const Screen& screen, Lines& lines) {
  const size_t height = static_cast<size_t>(std::max(screen.height, 0));
  if (state.happenings.empty() || lines.size() + 1 >= height) return;
  lines.push_back("");
  const size_t shown = std::min(state.happenings.size(), height - lines.size());
  for (size_t i = state.happenings.size() - shown; i < state.happenings.size(); ++i) {
    const Happening& happening = state.happenings[i];
    const Style style = happening.who == "keeper" ? Style::kPlain : Style::kBusy;
    lines.push_back(Line(screen).add(plain_line(happening), style).take());
  }
}

}  // namespace

std::string render(const DemoState& state, const Screen& screen) {
  Lines lines;
  add_header(state, screen, lines);
  add_counts(state, screen, lines);
  add_slots(state, screen, lines);
  add_incidents(state, screen, lines);
  add_happenings(state, screen, lines);
  lines.resize(std::min(lines.size(), static_cast<size_t>(std::max(screen.height, 0))));
  std::string frame;
  for (const std::string& line : lines) frame += (frame.empty() ? "" : "\n") + line;
  return frame;
}

std::string plain_line(const Happening& happening) {
  return time_of_day(happening.at) + " " + padded(happening.who, 7) +
         base::printable(happening.what);
}

std::string summary(const DemoCounts& counts) {
  const sim::Figures& f = counts.figures;
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    text += "  " + padded(name, 18) + value + "\n";
  };
  line("interruptions", number(interruptions(f)) + " (" + number(f.interruptions_warned) +
                            " warned, " + number(f.interruptions_unwarned) + " unwarned or late)");
  line("healthy in time",
       f.interruptions_warned == 0
           ? "nobody was taken after a warning"
           : percent(f.replaced_in_time, f.interruptions_warned, 1) +
                 " of the warned were replaced and healthy before AWS took them");
  line("capacity held", f.slot_ms_wanted == 0 ? "ended before every slot had served once"
                                              : percent(f.slot_ms_served, f.slot_ms_wanted, 3) +
                                                    " of all slot-hours");
  line("launches", number(f.launches) + ", surplus " + number(f.surplus));
  line("calls to AWS", number(counts.calls) + ", " + number(counts.throttled) + " throttled");
  const base::Money saved = f.on_demand_cost - f.cost;
  std::string cost =
      "$" + dollars(f.cost) + " against $" + dollars(f.on_demand_cost) + " on demand";
  if (f.on_demand_cost.micros() > 0)
    cost += " (" + percent(saved.micros(), f.on_demand_cost.micros(), 0) + " saved)";
  line("cost", cost);
  line("ledger records", number(counts.ledger_records) + " checked");
  text += "\n";
  for (const std::string& violation : counts.violations)
    text += "  VIOLATED  " + base::printable(violation) + "\n";
  text += counts.violations.empty()
              ? "Every invariant held: never two machines in one slot, nothing forgotten.\n"
              : "Invariants were violated; this is a bug.\n";
  return text;
}

std::string minutes_and_seconds(Duration duration) {
  const int64_t seconds = std::max<int64_t>(duration.whole_seconds(), 0);
  return number(seconds / 60) + (seconds % 60 < 10 ? ":0" : ":") + number(seconds % 60);
}

}  // namespace app
