// What EC2 offers: instance types, zones, and how likely Spot capacity is.
#include <algorithm>

#include "aws/ec2_codec.h"
#include "aws/ec2_parts.h"

namespace aws {
namespace {

using base::Result;
using pugi::xml_node;

std::vector<std::string> texts_of(xml_node list) {
  std::vector<std::string> texts;
  for (const xml_node item : list.children("item")) texts.emplace_back(item.child_value());
  return texts;
}

bool contains(const std::vector<std::string>& texts, const char* wanted) {
  return std::find(texts.begin(), texts.end(), wanted) != texts.end();
}

Result<model::InstanceTypeInfo> read_type(xml_node node) {
  model::InstanceTypeInfo info;
  ASSIGN_OR_RETURN(std::string type, xml::required_text(node, "instanceType"));
  info.type = model::InstanceType(std::move(type));
  ASSIGN_OR_RETURN(const int64_t vcpus, xml::required_int(node, "vCpuInfo/defaultVCpus"));
  info.vcpus = static_cast<int>(vcpus);
  ASSIGN_OR_RETURN(info.memory_mib, xml::required_int(node, "memoryInfo/sizeInMiB"));
  const xml_node processor = node.child("processorInfo");
  info.architectures = texts_of(processor.child("supportedArchitectures"));
  info.supports_spot = contains(texts_of(node.child("supportedUsageClasses")), "spot");
  info.is_current_generation = xml::text(node, "currentGeneration") == "true";
  info.is_bare_metal = xml::text(node, "bareMetal") == "true";
  info.is_burstable = xml::text(node, "burstablePerformanceSupported") == "true";
  return info;
}

Result<model::AvailabilityZone> read_zone(xml_node node) {
  model::AvailabilityZone zone;
  ASSIGN_OR_RETURN(std::string name, xml::required_text(node, "zoneName"));
  zone.name = model::Zone(std::move(name));
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "zoneId"));
  zone.id = model::ZoneId(std::move(id));
  zone.state = xml::text(node, "zoneState");
  zone.region = model::Region(xml::text(node, "regionName"));
  return zone;
}

Result<model::SpotPlacementScore> read_score(xml_node node) {
  model::SpotPlacementScore score;
  ASSIGN_OR_RETURN(std::string region, xml::required_text(node, "region"));
  score.region = model::Region(std::move(region));
  score.zone = model::ZoneId(xml::text(node, "availabilityZoneId"));
  ASSIGN_OR_RETURN(const int64_t value, xml::required_int(node, "score"));
  score.score = static_cast<int>(value);
  return score;
}

}  // namespace

std::string body_of(const model::DescribeInstanceTypes& call) {
  QueryWriter query = ec2_query("DescribeInstanceTypes");
  query.add_list("InstanceType", call.types);
  query.add_filters(call.filters);
  query.add_page(call.max_results, call.next);
  return query.body();
}

std::string body_of(const model::DescribeAvailabilityZones& call) {
  QueryWriter query = ec2_query("DescribeAvailabilityZones");
  query.add_filters(call.filters);
  return query.body();
}

std::string body_of(const model::GetSpotPlacementScores& call) {
  QueryWriter query = ec2_query("GetSpotPlacementScores");
  query.add_list("InstanceType", call.types);
  query.add("TargetCapacity", std::to_string(call.target_capacity));
  query.add("SingleAvailabilityZone",
            call.granularity == model::ScoreGranularity::kZone ? "true" : "false");
  query.add_list("RegionName", call.regions);
  query.add_page(call.max_results, call.next);
  return query.body();
}

Result<model::Reply> reply_of(const model::DescribeInstanceTypes&, std::string_view body) {
  return page(body, "DescribeInstanceTypesResponse", "instanceTypeSet",
              &model::InstanceTypesReply::types, read_type);
}

Result<model::Reply> reply_of(const model::DescribeAvailabilityZones&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "DescribeAvailabilityZonesResponse"));
  model::AvailabilityZonesReply reply;
  ASSIGN_OR_RETURN(reply.zones,
                   items(document.document_element(), "availabilityZoneInfo", read_zone));
  return reply;
}

Result<model::Reply> reply_of(const model::GetSpotPlacementScores&, std::string_view body) {
  return page(body, "GetSpotPlacementScoresResponse", "spotPlacementScoreSet",
              &model::SpotPlacementScoresReply::scores, read_score);
}

}  // namespace aws
