// The metrics page, in Prometheus' text format.
//
// Labels are bounded: sites, groups and targets of the file, and words and codes of ours and AWS's;
// never an instance. What a site with a name has counted carries that name.
#pragma once

#include <string>

#include "app/snapshot.h"

namespace app {

std::string metrics_text(const Snapshots& snapshots);

}  // namespace app
