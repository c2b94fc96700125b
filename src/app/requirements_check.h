// Why no instance type meets a group's requirements, for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "model/requirements.h"

namespace app {

// Names each bound without which some of the types that are offered would do.
std::string why_unmet(const model::Requirements& wanted,
                      const std::vector<model::InstanceTypeInfo>& offered);

}  // namespace app
