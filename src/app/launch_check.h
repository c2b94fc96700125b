// Whether AWS would launch what a group's configuration describes, asked thing by thing.
//
// Reads, and one request that AWS only pretends to carry out (DryRun). Everything is asked,
// whatever fails: each finding stands for itself and says what is wrong, where, and what would be
// right. What cannot be asked without the answer before is said to be not tried.
#pragma once

#include <string>
#include <vector>

#include "app/check_questions.h"
#include "base/result.h"
#include "base/time.h"
#include "model/group.h"

namespace app {

struct Finding {
  std::string what;  // "image"
  base::Result<std::string> found;
};

struct LaunchPlace {
  std::string deployment;
  model::Region region;
  base::Instant now;
};

// Of subnets, launch template, image, security groups, key pair, instance types and rights, those
// that the group names.
std::vector<Finding> check_launch(const model::GroupSpec& group, const LaunchPlace& place,
                                  const Asker& ask);

}  // namespace app
