#include <array>
#include <string>

#include "model/decode_detail.h"

namespace model::decoding {
namespace {

using base::Status;

std::string first_resource(const json::object& envelope) {
  const json::value* resources = envelope.if_contains("resources");
  if (!resources) return {};
  const json::array* list = resources->if_array();
  const json::value* first = list ? (list->empty() ? nullptr : &list->front()) : resources;
  return first && first->is_string() ? std::string(first->as_string()) : std::string();
}

bool is_fleet_id(std::string_view text) {
  return (text.starts_with("fleet-") || text.starts_with("sfr-")) &&
         text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-") == text.npos;
}

// The one thing that is said nowhere but in `resources`; a list without it is no error.
FleetId fleet_of(const json::object& envelope) {
  const std::string arn = first_resource(envelope);
  const std::string_view id = std::string_view(arn).substr(arn.rfind('/') + 1);
  return is_fleet_id(id) ? FleetId(id) : FleetId();
}

Status read_fleet(const Event& event, Notice& notice) {
  notice.fleet = {fleet_of(event.envelope), json::text_or_empty(event.detail, "sub-type")};
  name_if_instance(json::text_or_empty(event.detail, "instance-id"), notice);
  std::string request = json::text_or_empty(event.detail, "spot-instance-request-id");
  if (is_spot_request_id(request)) notice.spot_request = SpotRequestId(std::move(request));
  return {};
}

constexpr char kFleet[] = "aws.ec2fleet";
constexpr char kSpotFleet[] = "aws.ec2spotfleet";
using enum NoticeKind;

constexpr std::array<Shape, 10> kShapes{{
    {kFleet, "EC2 Fleet State Change", kFleetStateChange, read_fleet},
    {kFleet, "EC2 Fleet Instance Change", kFleetInstanceChange, read_fleet},
    {kFleet, "EC2 Fleet Spot Instance Request Change", kFleetRequestChange, read_fleet},
    {kFleet, "EC2 Fleet Information", kFleetInformation, read_fleet},
    {kFleet, "EC2 Fleet Error", kFleetError, read_fleet},
    {kSpotFleet, "EC2 Spot Fleet State Change", kFleetStateChange, read_fleet},
    {kSpotFleet, "EC2 Spot Fleet Instance Change", kFleetInstanceChange, read_fleet},
    {kSpotFleet, "EC2 Spot Fleet Spot Instance Request Change", kFleetRequestChange, read_fleet},
    {kSpotFleet, "EC2 Spot Fleet Information", kFleetInformation, read_fleet},
    {kSpotFleet, "EC2 Spot Fleet Error", kFleetError, read_fleet},
}};

}  // namespace

std::span<const Shape> fleet_shapes() { return kShapes; }

}  // namespace model::decoding
