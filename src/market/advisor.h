// Advisor: how often AWS takes Spot machines of a type back, as AWS publishes it.
//
// Five bands of interruptions per month, per region and type. It says nothing about a zone or about
// today, so what we see ourselves (pools that interrupted or were dry) goes before it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/ids.h"

namespace market {

class Advisor {
 public:
  static constexpr int kBands = 5;

  // Knows nothing.
  Advisor() = default;
  // The snapshot that ships with this program.
  static Advisor built_in(const model::Region& region);
  // AWS's own file, spot-advisor-data.json.
  static base::Result<Advisor> parse(std::string_view json, const model::Region& region);

  // 0 (below 5 % a month) to 4 (above 20 %); nothing where AWS shows none.
  std::optional<int> band(const model::InstanceType& type) const;
  size_t size() const { return bands_.size(); }

  friend bool operator==(const Advisor&, const Advisor&) = default;

 private:
  std::map<model::InstanceType, int> bands_;
};

std::string_view band_label(int band);  // "<5%", "5-10%", …

}  // namespace market
