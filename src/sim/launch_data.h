// AWS's rules for what a machine is made of: a launch template's data, and the launch specification
// of a Spot request. The region keeps it and shows it; of its effects it simulates image, type and
// subnet.
#pragma once

#include "base/form.h"
#include "sim/wire.h"

namespace sim {

// `data` is without the prefix that it has in its request.
Answer<void> check_launch_data(const base::Form& data);

}  // namespace sim
