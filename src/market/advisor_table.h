// The snapshot of AWS's Spot Advisor that is built in, as text; see advisor.h for its meaning.
#pragma once

namespace market {

extern const char kAdvisorAsOf[];     // "2025-06"
extern const char kAdvisorRegions[];  // Names, each followed by a blank.
// "type bands " again and again; one character per region, in their order.
extern const char kAdvisorTable[];

}  // namespace market
