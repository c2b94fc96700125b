// The metrics page, in Prometheus' text format.
//
// Labels are bounded: groups of the file, and words and codes of ours and AWS's; never an instance.
#pragma once

#include <string>

#include "app/snapshot.h"

namespace app {

std::string metrics_text(const Snapshot& snapshot);

}  // namespace app
