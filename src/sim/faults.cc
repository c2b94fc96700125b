#include "sim/faults.h"

#include <array>
#include <utility>

#include "base/json.h"

namespace sim {
namespace {

struct RateField {
  const char* name;
  int FaultSettings::*member;
};

constexpr std::array kRates = {
    RateField{"throttle_per_mille", &FaultSettings::throttle_per_mille},
    RateField{"error_500_per_mille", &FaultSettings::error_500_per_mille},
    RateField{"error_503_per_mille", &FaultSettings::error_503_per_mille},
    RateField{"lost_answer_per_mille", &FaultSettings::lost_answer_per_mille},
    RateField{"s3_conflict_per_mille", &FaultSettings::s3_conflict_per_mille},
    RateField{"scaling_contention_per_mille", &FaultSettings::scaling_contention_per_mille},
    RateField{"late_call_per_mille", &FaultSettings::late_call_per_mille},
    RateField{"lost_event_per_mille", &FaultSettings::lost_event_per_mille},
    RateField{"late_event_per_mille", &FaultSettings::late_event_per_mille},
    RateField{"duplicate_event_per_mille", &FaultSettings::duplicate_event_per_mille},
    RateField{"duplicate_receive_per_mille", &FaultSettings::duplicate_receive_per_mille},
    RateField{"unwarned_per_mille", &FaultSettings::unwarned_per_mille},
    RateField{"late_warning_per_mille", &FaultSettings::late_warning_per_mille},
    RateField{"rebalance_per_mille", &FaultSettings::rebalance_per_mille},
    RateField{"inconsistent_per_mille", &FaultSettings::inconsistent_per_mille},
    RateField{"failed_boot_per_mille", &FaultSettings::failed_boot_per_mille},
};

struct SwitchField {
  const char* name;
  bool FaultSettings::*member;
};

constexpr std::array kSwitches = {
    SwitchField{"is_drought", &FaultSettings::is_drought},
    SwitchField{"is_s3_unconditional", &FaultSettings::is_s3_unconditional},
};

base::Status set_rate(int& rate, const std::string& name, const base::json::value& value) {
  if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > 1000)
    return base::fail("BadFault", name + " must be a whole number from 0 to 1000");
  rate = static_cast<int>(value.get_int64());
  return {};
}

base::Status set_duration(base::Duration& duration, const std::string& name,
                          const base::json::value& value) {
  if (!value.is_int64() || value.get_int64() < 0)
    return base::fail("BadFault", name + " must be milliseconds");
  duration = base::Duration::millis(value.get_int64());
  return {};
}

base::Status set_zones(std::set<model::Zone>& zones, const base::json::value& value) {
  if (!value.is_array()) return base::fail("BadFault", "zones_down must be a list of zone names");
  zones.clear();
  for (const auto& zone : value.get_array()) {
    if (!zone.is_string()) return base::fail("BadFault", "zones_down must hold zone names");
    zones.insert(model::Zone(std::string_view(zone.get_string())));
  }
  return {};
}

base::Status set_member(FaultSettings& faults, const std::string& name,
                        const base::json::value& value) {
  for (const RateField& rate : kRates)
    if (name == rate.name) return set_rate(faults.*rate.member, name, value);
  if (name == "most_call_delay_ms") return set_duration(faults.most_call_delay, name, value);
  if (name == "most_event_delay_ms") return set_duration(faults.most_event_delay, name, value);
  if (name == "remembered_ended_ms") return set_duration(faults.remembered_ended, name, value);
  if (name == "stale_reads_ms") return set_duration(faults.stale_reads, name, value);
  if (name == "zones_down") return set_zones(faults.zones_down, value);
  for (const SwitchField& field : kSwitches) {
    if (name != field.name || !value.is_bool()) continue;
    faults.*field.member = value.get_bool();
    return {};
  }
  return base::fail("BadFault", "there is no fault named " + name);
}

}  // namespace

bool happens(base::Prng& dice, int per_mille) {
  // Always draws: switching one fault on must not move the draws of another.
  return dice.chance_ppm(static_cast<uint64_t>(per_mille) * 1000);
}

base::Result<FaultSettings> merge_faults(const FaultSettings& current, const std::string& json) {
  ASSIGN_OR_RETURN(const auto document, base::json::parse_object(json));
  FaultSettings merged = current;
  for (const auto& member : document)
    RETURN_IF_ERROR(set_member(merged, std::string(member.key()), member.value()));
  return merged;
}

std::string faults_json(const FaultSettings& faults) {
  base::json::object document;
  for (const RateField& rate : kRates) document[rate.name] = faults.*rate.member;
  document["most_call_delay_ms"] = faults.most_call_delay.ms();
  document["most_event_delay_ms"] = faults.most_event_delay.ms();
  document["remembered_ended_ms"] = faults.remembered_ended.ms();
  document["stale_reads_ms"] = faults.stale_reads.ms();
  for (const SwitchField& field : kSwitches) document[field.name] = faults.*field.member;
  base::json::array zones;
  for (const model::Zone& zone : faults.zones_down) zones.emplace_back(zone.str());
  document["zones_down"] = std::move(zones);
  return base::json::serialize(document);
}

}  // namespace sim
