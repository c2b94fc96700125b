// Facts about the instance types of the built-in market.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"

namespace sim {

struct TypeFacts {
  const char* type;
  int vcpus;
  int64_t memory_mib;
  int64_t on_demand_usd_micros;  // Per hour, Linux, us-east-2.

  bool is_burstable() const { return type[0] == 't'; }
};

const std::vector<TypeFacts>& type_facts();
// Nothing for a type that only a price file knows.
const TypeFacts* facts_of(const model::InstanceType& type);

}  // namespace sim
