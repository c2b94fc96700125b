// Pool: what AWS takes capacity from and gives it back to, the unit of price and of interruption.
#pragma once

#include <compare>
#include <string>

#include "base/money.h"
#include "base/time.h"
#include "model/ids.h"

namespace model {

inline constexpr char kLinux[] = "Linux/UNIX";

struct Pool {
  InstanceType type;
  Zone zone;
  std::string product = kLinux;

  friend bool operator==(const Pool&, const Pool&) = default;
  friend auto operator<=>(const Pool&, const Pool&) = default;
};

// "c6i.large/us-east-2a", with the product only when it is not Linux/UNIX.
std::string to_string(const Pool& pool);

struct SpotPrice {
  Pool pool;
  base::Money price;  // Per hour.
  base::Instant at;

  friend bool operator==(const SpotPrice&, const SpotPrice&) = default;
};

}  // namespace model
