// Recorded markets: price histories as CSV, availability probes as JSON.
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

// Header "timestamp,availability_zone,instance_type,product_description,spot_price". Rows of other
// products than Linux/UNIX are left out; a broken row is refused with its line number.
base::Result<std::vector<PriceRow>> parse_price_csv(std::string_view text);

// {"metadata": {"gap_seconds": 300}, "data": [0, 1, 4, …]}
base::Result<AvailabilityTrace> parse_availability(std::string_view text);

}  // namespace sim
