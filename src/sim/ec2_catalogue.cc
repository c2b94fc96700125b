// What EC2 offers: instance types, zones, and how likely Spot capacity is.
#include <algorithm>

#include "sim/ec2.h"
#include "sim/ec2_query.h"
#include "sim/instance_types.h"
#include "sim/zone_ids.h"

namespace sim {
namespace {

constexpr PageLimits kTypePages{5, 100};
constexpr PageLimits kScorePages{1, 1000};
constexpr size_t kMostTypes = 100;
constexpr int kMostTarget = 1'000'000;
constexpr int kBestScore = 10;
// What AWS gives at most when it is asked about one or two types.
constexpr int kBestOfFewTypes = 3;
constexpr size_t kFewTypes = 2;

const std::vector<std::string_view>& type_filters() {
  static const std::vector<std::string_view> kNames = {"instance-type",
                                                       "current-generation",
                                                       "bare-metal",
                                                       "hypervisor",
                                                       "burstable-performance-supported",
                                                       "supported-usage-class",
                                                       "processor-info.supported-architecture",
                                                       "vcpu-info.default-vcpus",
                                                       "memory-info.size-in-mib"};
  return kNames;
}

std::string yes_or_no(bool value) { return value ? "true" : "false"; }

std::vector<std::string> type_values(const TypeFacts& facts, std::string_view filter) {
  if (filter == "instance-type") return {facts.type};
  if (filter == "current-generation") return {"true"};
  if (filter == "bare-metal") return {"false"};
  if (filter == "hypervisor") return {"nitro"};
  if (filter == "burstable-performance-supported") return {yes_or_no(facts.is_burstable())};
  if (filter == "supported-usage-class") return {"on-demand", "spot"};
  if (filter == "processor-info.supported-architecture") return {"x86_64"};
  if (filter == "vcpu-info.default-vcpus") return {std::to_string(facts.vcpus)};
  return {std::to_string(facts.memory_mib)};
}

void write_list(Xml& xml, std::string_view element, const std::vector<std::string_view>& texts) {
  xml.element(element, [&] {
    for (const std::string_view text : texts) xml.text("item", text);
  });
}

void write_type(Xml& xml, const TypeFacts& facts) {
  xml.element("item", [&] {
    xml.text("instanceType", facts.type);
    xml.text("currentGeneration", "true");
    write_list(xml, "supportedUsageClasses", {"on-demand", "spot"});
    write_list(xml, "supportedRootDeviceTypes", {"ebs"});
    write_list(xml, "supportedVirtualizationTypes", {"hvm"});
    xml.text("bareMetal", "false");
    xml.text("hypervisor", "nitro");
    xml.element("processorInfo", [&] { write_list(xml, "supportedArchitectures", {"x86_64"}); });
    xml.element("vCpuInfo", [&] { xml.number("defaultVCpus", facts.vcpus); });
    xml.element("memoryInfo", [&] { xml.number("sizeInMiB", facts.memory_mib); });
    xml.text("instanceStorageSupported", "false");
    xml.text("burstablePerformanceSupported", yes_or_no(facts.is_burstable()));
  });
}

Answer<void> check_types(const std::vector<std::string>& types) {
  std::string unknown;
  for (const std::string& type : types)
    if (!facts_of(model::InstanceType(type))) unknown += (unknown.empty() ? "" : ", ") + type;
  if (!unknown.empty())
    return refuse("InvalidInstanceType",
                  "The following supplied instance types do not exist: [" + unknown + "]");
  if (types.size() > kMostTypes)
    return refuse("InvalidParameterValue", "At most 100 instance types can be named at once.");
  return {};
}

// Twice what is asked for is as good as it gets; nothing is as bad.
int score_of(int free, int target, size_t types) {
  const int score = 1 + (kBestScore - 1) * std::min(free, 2 * target) / (2 * target);
  return types <= kFewTypes ? std::min(score, kBestOfFewTypes) : score;
}

struct Score {
  std::string zone;  // Empty for the region.
  int score = 0;
};

std::string scores_xml(Page& page, const std::string& region, const std::vector<Score>& scores) {
  Xml xml;
  xml.element("spotPlacementScoreSet", [&] {
    for (const Score& one : scores) {
      const std::string& key = one.zone.empty() ? region : one.zone;
      if (key <= page.after()) continue;
      if (!page.admit(key)) break;
      xml.element("item", [&] {
        xml.text("region", region);
        if (!one.zone.empty()) xml.text("availabilityZoneId", one.zone);
        xml.number("score", one.score);
      });
    }
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

}  // namespace

Answer<std::string> Ec2::describe_instance_types(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, type_filters()));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "InstanceType", kTypePages, context_.now));
  const auto types = list_of(form, "InstanceType");
  RETURN_IF_ERROR(check_types(types));
  std::map<std::string, const TypeFacts*> by_name;
  for (const TypeFacts& facts : type_facts()) by_name.emplace(facts.type, &facts);
  Xml xml;
  xml.element("instanceTypeSet", [&] {
    for (const auto& [name, facts] : by_name) {
      if (name <= page.after() || !allows(types, name)) continue;
      if (!passes(filters, [&, known = facts](auto filter) { return type_values(*known, filter); }))
        continue;
      if (!page.admit(name)) break;
      write_type(xml, *facts);
    }
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

int Ec2::free_spot_capacity(const std::vector<std::string>& types, const model::Zone& zone) const {
  if (context_.faults.zones_down.contains(zone)) return 0;
  int free = 0;
  for (const std::string& type : types)
    free += market_.free_capacity({model::InstanceType(type), zone, model::kLinux},
                                  model::Lifecycle::kSpot);
  return free;
}

Answer<std::vector<std::string>> Ec2::read_scored_types(const base::Form& form) const {
  if (form.get("TargetCapacityUnitType", "units") != "units")
    return refuse("UnsupportedOperation", "The region scores numbers of instances only.");
  auto types = list_of(form, "InstanceType");
  if (types.empty())
    return refuse("MissingParameter", "The request must contain the parameter InstanceTypes");
  for (const std::string& type : types)
    if (!market_.knows(model::InstanceType(type)))
      return refuse("InvalidParameterValue", "Invalid value '" + type + "' for InstanceType.");
  return types;
}

Answer<void> Ec2::admit_scored(const base::Form& form) {
  constexpr size_t kMostNew = 10;
  std::string combination;
  for (const auto& [name, value] : form.pairs())
    if (name != "NextToken" && name != "MaxResults") combination += name + "=" + value + "&";
  std::erase_if(scored_, [&](const auto& known) {
    return context_.now >= known.second + base::Duration::hours(24);
  });
  if (!scored_.contains(combination) && scored_.size() >= kMostNew)
    return refuse("MaxConfigLimitExceeded",
                  "You have reached the limit of new Spot placement score configurations.");
  scored_.emplace(std::move(combination), context_.now);
  return {};
}

Answer<std::string> Ec2::get_spot_placement_scores(const base::Form& form) {
  ASSIGN_OR_RETURN(const int target, number_of(form, "TargetCapacity", 0));
  if (target < 1 || target > kMostTarget)
    return refuse("InvalidParameterValue", "TargetCapacity is out of range.");
  ASSIGN_OR_RETURN(const auto types, read_scored_types(form));
  RETURN_IF_ERROR(admit_scored(form));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "no-ids", kScorePages, context_.now));
  std::vector<Score> scores;
  int free_of_all = 0;
  for (const auto& [id, subnet] : context_.world.subnets) {
    const int free = free_spot_capacity(types, subnet.zone);
    free_of_all += free;
    scores.push_back(
        {zone_id_of(context_.options, subnet.zone).str(), score_of(free, target, types.size())});
  }
  if (form.get("SingleAvailabilityZone") != "true")
    scores = {{"", score_of(free_of_all, target, types.size())}};
  // What other regions have, this one does not know.
  if (!allows(list_of(form, "RegionName"), context_.options.region)) scores.clear();
  std::sort(scores.begin(), scores.end(),
            [](const Score& a, const Score& b) { return a.zone < b.zone; });
  return scores_xml(page, context_.options.region, scores);
}

Answer<std::string> Ec2::describe_availability_zones(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters,
                   read_filters(form, {"zone-name", "zone-id", "state", "region-name"}));
  const auto names = list_of(form, "ZoneName");
  const auto ids = list_of(form, "ZoneId");
  Xml xml;
  size_t found = 0;
  xml.element("availabilityZoneInfo", [&] {
    for (const auto& [subnet_id, subnet] : context_.world.subnets) {
      const std::string id = zone_id_of(context_.options, subnet.zone).str();
      if (!allows(names, subnet.zone.str()) || !allows(ids, id)) continue;
      ++found;
      const bool is_down = context_.faults.zones_down.contains(subnet.zone);
      const std::string state = is_down ? "impaired" : "available";
      const auto values = [&](std::string_view filter) -> std::vector<std::string> {
        if (filter == "zone-name") return {subnet.zone.str()};
        if (filter == "zone-id") return {id};
        return {filter == "state" ? state : context_.options.region};
      };
      if (!passes(filters, values)) continue;
      xml.element("item", [&] {
        xml.text("zoneName", subnet.zone.str());
        xml.text("zoneId", id);
        xml.text("zoneState", state);
        xml.text("regionName", context_.options.region);
        xml.text("zoneType", "availability-zone");
        xml.text("optInStatus", "opt-in-not-required");
      });
    }
  });
  for (const auto& wanted : {names, ids})
    if (found < wanted.size())
      return refuse("InvalidParameterValue", "Invalid availability zone: [" + wanted.front() + "]");
  return xml.str();
}

}  // namespace sim
