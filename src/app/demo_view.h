// What the demo shows: a value, and texts made of it. Pure: no terminal, no clock.
//
// Whatever comes from the region or the keeper is shown through base::printable, so nothing in a
// name can move the cursor. A frame never exceeds its screen; what does not fit is cut, happenings
// first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/incident.h"
#include "sim/world_checker.h"

namespace app {

struct DemoSlot {
  std::string name;  // Empty for one that leaves the slot of the row above.
  std::string instance, pool;
  std::string state;   // As the keeper sees it.
  std::string health;  // As the load balancer, or EC2's status checks, see it.
  std::optional<base::Instant> doomed_at;
  std::optional<base::Instant> since;
};

struct Happening {
  base::Instant at;
  std::string who;  // "region", "keeper", "demo"
  std::string what;

  friend bool operator==(const Happening&, const Happening&) = default;
};

// Counted over the whole run.
struct DemoCounts {
  sim::Figures figures;  // Slot times: since every slot served once.
  uint64_t calls = 0, throttled = 0;
  int ledger_records = 0;
  std::vector<std::string> violations;
};

struct DemoState {
  base::Instant now;  // The region's time.
  int64_t speed = 1;
  std::string region, endpoint_url, access_key, secret_key, api_url;
  std::string hindrance;  // Why the keeper does nothing yet; empty when nothing hinders.
  std::vector<DemoSlot> slots;
  std::vector<model::Incident> incidents;  // Open ones.
  std::vector<std::string> dry_pools;
  DemoCounts counts;
  std::vector<Happening> happenings;  // Oldest first.
};

enum class Colours { kNone, kAnsi };

struct Screen {
  int width = 80;
  int height = 24;
  Colours colours = Colours::kNone;
};

// At most `height` lines of at most `width` columns, without cursor movements.
std::string render(const DemoState& state, const Screen& screen);

// One line: "12:04:10 region  pool c5.large/us-east-2a runs dry".
std::string plain_line(const Happening& happening);

// What a run has come to, for its end.
std::string summary(const DemoCounts& counts);

// "1:05"; never negative.
std::string minutes_and_seconds(base::Duration duration);

}  // namespace app
