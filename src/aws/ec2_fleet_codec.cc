// EC2 Fleet: those of type instant, made and shown.
#include "aws/ec2_codec.h"
#include "aws/ec2_parts.h"

namespace aws {
namespace {

using base::Result;
using pugi::xml_node;

Result<model::LaunchTemplateAndOverrides> read_source(xml_node node) {
  ASSIGN_OR_RETURN(const xml_node source, xml::required(node, "launchTemplateAndOverrides"));
  const char* named = "launchTemplateSpecification/launchTemplateId";
  model::LaunchTemplateAndOverrides from;
  from.launch_template = model::LaunchTemplateId(xml::text(source, named));
  from.version = xml::text(source, "launchTemplateSpecification/version");
  from.type = model::InstanceType(xml::text(source, "overrides/instanceType"));
  from.subnet = model::SubnetId(xml::text(source, "overrides/subnetId"));
  from.zone = model::Zone(xml::text(source, "overrides/availabilityZone"));
  return from;
}

Result<model::Lifecycle> read_lifecycle(xml_node node) {
  ASSIGN_OR_RETURN(const std::string name, xml::required_text(node, "lifecycle"));
  const auto lifecycle = model::parse_lifecycle(name);
  if (!lifecycle) return malformed("a lifecycle that AWS does not have: " + name);
  return *lifecycle;
}

Result<model::FleetInstances> read_instances(xml_node node) {
  model::FleetInstances launched;
  ASSIGN_OR_RETURN(const xml_node ids, xml::required(node, "instanceIds"));
  for (const xml_node id : ids.children("item")) launched.ids.emplace_back(id.child_value());
  ASSIGN_OR_RETURN(std::string type, xml::required_text(node, "instanceType"));
  launched.type = model::InstanceType(std::move(type));
  ASSIGN_OR_RETURN(launched.lifecycle, read_lifecycle(node));
  ASSIGN_OR_RETURN(launched.from, read_source(node));
  return launched;
}

Result<model::FleetError> read_error(xml_node node) {
  model::FleetError error;
  ASSIGN_OR_RETURN(error.code, xml::required_text(node, "errorCode"));
  error.message = xml::text(node, "errorMessage");
  ASSIGN_OR_RETURN(error.lifecycle, read_lifecycle(node));
  ASSIGN_OR_RETURN(error.from, read_source(node));
  return error;
}

Result<model::Fleet> read_fleet(xml_node node) {
  model::Fleet fleet;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "fleetId"));
  fleet.id = model::FleetId(std::move(id));
  ASSIGN_OR_RETURN(fleet.state, xml::required_text(node, "fleetState"));
  if (node.child("createTime")) {
    ASSIGN_OR_RETURN(fleet.created, xml::required_time(node, "createTime"));
  }
  fleet.client_token = xml::text(node, "clientToken");
  ASSIGN_OR_RETURN(fleet.launched, optional_items(node, "fleetInstanceSet", read_instances));
  ASSIGN_OR_RETURN(fleet.errors, optional_items(node, "errorSet", read_error));
  ASSIGN_OR_RETURN(fleet.tags, optional_items(node, "tagSet", read_tag));
  return fleet;
}

}  // namespace

std::string body_of(const model::DescribeFleets& call) {
  return describe_body("DescribeFleets", "FleetId", call);
}

Result<model::Reply> reply_of(const model::DescribeFleets&, std::string_view body) {
  return page(body, "DescribeFleetsResponse", "fleetSet", &model::FleetsReply::fleets, read_fleet);
}

std::string body_of(const model::CreateFleet& call) { return call.body; }

Result<model::Reply> reply_of(const model::CreateFleet&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document, xml::parse(body, "CreateFleetResponse"));
  const xml_node root = document.document_element();
  model::FleetReply reply;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(root, "fleetId"));
  reply.id = model::FleetId(std::move(id));
  ASSIGN_OR_RETURN(reply.launched, optional_items(root, "fleetInstanceSet", read_instances));
  ASSIGN_OR_RETURN(reply.errors, optional_items(root, "errorSet", read_error));
  // An instant fleet either launches or says why not.
  if (reply.launched.empty() && reply.errors.empty())
    return malformed("CreateFleet: a success with neither an instance nor an error");
  return reply;
}

}  // namespace aws
