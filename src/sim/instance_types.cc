#include "sim/instance_types.h"

namespace sim {

// All are of x86_64 on Nitro and of the current generation, on demand and on Spot.
const std::vector<TypeFacts>& type_facts() {
  static const std::vector<TypeFacts> kFacts = {
      {"t3.micro", 2, 1024, 10'400},    {"t3.small", 2, 2048, 20'800},
      {"t3.medium", 2, 4096, 41'600},   {"t3.large", 2, 8192, 83'200},
      {"m5.large", 2, 8192, 96'000},    {"m5.xlarge", 4, 16'384, 192'000},
      {"m6i.large", 2, 8192, 96'000},   {"m6i.xlarge", 4, 16'384, 192'000},
      {"c5.large", 2, 4096, 85'000},    {"c5.xlarge", 4, 8192, 170'000},
      {"c6i.large", 2, 4096, 85'000},   {"c6i.xlarge", 4, 8192, 170'000},
      {"r5.large", 2, 16'384, 126'000}, {"r6i.large", 2, 16'384, 126'000},
  };
  return kFacts;
}

const TypeFacts* facts_of(const model::InstanceType& type) {
  for (const TypeFacts& facts : type_facts())
    if (facts.type == type.str()) return &facts;
  return nullptr;
}

}  // namespace sim
