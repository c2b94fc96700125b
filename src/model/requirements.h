// Requirements: what a machine must offer, instead of a list of instance types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/catalogue.h"
#include "model/ids.h"

namespace model {

struct Requirements {
  int least_vcpus = 1, most_vcpus = 0;  // At most 0: as many as there are.
  int64_t least_memory_mib = 0, most_memory_mib = 0;
  std::string architecture = "x86_64";  // or "arm64"
  // Patterns with * and ?: "t2.*". A type that one of them matches is left out, and when there are
  // patterns of allowed types, whatever none of those matches.
  std::vector<std::string> allowed, excluded;

  friend bool operator==(const Requirements&, const Requirements&) = default;
};

// Spot must be able to give it, too; bare metal and former generations are for who names them.
bool meets(const InstanceTypeInfo& info, const Requirements& requirements);

// Those that meet them: the smallest first, then by name.
std::vector<InstanceType> types_that_meet(const Requirements& requirements,
                                          const std::vector<InstanceTypeInfo>& offered);

bool matches_pattern(std::string_view text, std::string_view pattern);

}  // namespace model
