// Zone ids, by which accounts mean the same zone although each has its own names.
#pragma once

#include "model/ids.h"
#include "sim/context.h"

namespace sim {

// "use2-az2" for "us-east-2a": which number a letter has is this region's own, from its seed.
model::ZoneId zone_id_of(const RegionOptions& options, const model::Zone& zone);

}  // namespace sim
