// Recorded markets: price histories as CSV, availability as JSON or as the CSV of pings.
//
// Pure: the front reads the files. Times are moved so that a trace begins when the region does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"

namespace sim {

struct PriceRow {
  base::Instant at;
  model::Zone zone;
  model::InstanceType type;
  base::Money price;
};

struct AvailabilityTrace {
  base::Duration gap;
  std::vector<int> capacities;  // Instances that could run, one per gap.
};

// Of one pool instead of a whole zone.
struct PoolTrace {
  model::InstanceType type;
  char zone = 'a';  // The last letter of its name.
  AvailabilityTrace availability;
};

// Header "timestamp,availability_zone,instance_type,product_description,spot_price". Rows of other
// products than Linux/UNIX are left out; a broken row is refused with its line number.
base::Result<std::vector<PriceRow>> parse_price_csv(std::string_view text);

// {"metadata": {"gap_seconds": 300}, "data": [0, 1, 4, …]}
base::Result<AvailabilityTrace> parse_availability(std::string_view text);

// Header "tick,timestamp,fail": whether a request for one instance was refused (1) or not (0) at
// about even times. Each answer holds until the next one; `when_up` is the capacity then.
base::Result<AvailabilityTrace> parse_pings(std::string_view text, int when_up);

}  // namespace sim
