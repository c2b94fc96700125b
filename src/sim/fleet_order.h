// A CreateFleet request, read and checked: only what an instant fleet may ask for.
//
// What is wrong with one pool (a template or a subnet that is not there) is no fault of the
// request: EC2 tells it in the answer's errors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/form.h"
#include "model/instance.h"
#include "sim/fleet_plan.h"
#include "sim/wire.h"
#include "sim/world.h"

namespace sim {

struct FleetOrder {
  std::vector<FleetSource> sources;
  FleetWish spot, on_demand;
  base::Form instance_tags;  // The request's TagSpecification parameters.
  std::vector<model::Tag> fleet_tags;
  std::string client_token;

  const FleetWish& wish(model::Lifecycle lifecycle) const {
    return lifecycle == model::Lifecycle::kSpot ? spot : on_demand;
  }
};

Answer<FleetOrder> read_fleet_order(const base::Form& form);

// The RunInstances parameters by which one instance of that source is launched.
base::Form launch_form(const FleetOrder& order, const FleetSource& source,
                       model::Lifecycle lifecycle);

// "0" or "0.0": clients send priorities as decimals.
std::optional<int> parse_priority(const std::string& text);

}  // namespace sim
