// The body of a CreateFleet request of type instant, written once and then only repeated.
//
// The other form of a launch (model/launch_request.h is the first): one request that may draw on
// several pools. It carries the same token and the same tags, so the ledger's rules hold for both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/ledger_record.h"

namespace model {

// AWS takes at most so many overrides in a request.
inline constexpr size_t kMostFleetOverrides = 300;

enum class SpotAllocation {
  kPriceCapacityOptimized,
  kCapacityOptimized,
  kCapacityOptimizedPrioritized,
  kLowestPrice,
  kDiversified,
};

enum class OnDemandAllocation { kLowestPrice, kPrioritized };

std::string_view to_string(SpotAllocation allocation);  // "price-capacity-optimized"
std::string_view to_string(OnDemandAllocation allocation);
std::optional<SpotAllocation> parse_spot_allocation(std::string_view text);
std::optional<OnDemandAllocation> parse_on_demand_allocation(std::string_view text);

// One pool that the fleet may draw on. AWS refuses the fleet when two overrides name one pool (type
// × zone), also by two subnets of one zone.
struct FleetOverride {
  InstanceType type;
  SubnetId subnet;
  std::optional<base::Money> max_price;  // Of Spot, per hour; nothing: on-demand's.
  std::optional<int> priority;           // 0 is the first; nothing: the last.
};

// What all Spot instances of a fleet must have in common.
enum class FleetUnity { kNone, kInstanceType, kZone, kBoth };

struct FleetParameters {
  std::string deployment;
  GroupName group;
  LaunchId launch;
  LaunchTemplateId launch_template;
  int64_t template_version = 0;
  std::vector<FleetOverride> overrides;
  int spot_count = 0;
  int on_demand_count = 0;
  SpotAllocation spot_allocation = SpotAllocation::kPriceCapacityOptimized;
  OnDemandAllocation on_demand_allocation = OnDemandAllocation::kLowestPrice;
  FleetUnity spot_unity = FleetUnity::kNone;
  // With fewer Spot instances than this none is launched. AWS takes it only together with a unity.
  std::optional<int> least_spot;
  std::optional<base::Money> max_total_price;  // Of all Spot instances, per hour.
  std::vector<Tag> tags;                       // Beside ours.
  std::string client_token;
};

std::string fleet_request_body(const FleetParameters& parameters);

}  // namespace model
