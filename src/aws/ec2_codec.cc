// Instances, their tags and their subnets.
#include "aws/ec2_codec.h"

#include "aws/answer.h"
#include "aws/ec2_parts.h"

namespace aws {
namespace {

using base::Result;
using pugi::xml_node;

Result<model::InstanceState> read_state(xml_node node) {
  ASSIGN_OR_RETURN(const std::string name, xml::required_text(node, "instanceState/name"));
  const auto state = model::parse_instance_state(name);
  if (!state) return malformed("an instance state that AWS does not have: " + name);
  return *state;
}

void read_addresses(xml_node node, model::Instance& instance) {
  instance.private_ip = xml::text(node, "privateIpAddress");
  instance.public_ip = xml::text(node, "ipAddress");
  instance.public_dns = xml::text(node, "dnsName");
}

Result<model::Instance> read_instance(xml_node node) {
  model::Instance instance;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "instanceId"));
  instance.id = model::InstanceId(std::move(id));
  ASSIGN_OR_RETURN(std::string type, xml::required_text(node, "instanceType"));
  instance.type = model::InstanceType(std::move(type));
  ASSIGN_OR_RETURN(instance.state, read_state(node));
  ASSIGN_OR_RETURN(std::string zone, xml::required_text(node, "placement/availabilityZone"));
  instance.zone = model::Zone(std::move(zone));
  ASSIGN_OR_RETURN(instance.launch_time, xml::required_time(node, "launchTime"));
  if (xml::text(node, "instanceLifecycle") == "spot") instance.lifecycle = model::Lifecycle::kSpot;
  instance.subnet = model::SubnetId(xml::text(node, "subnetId"));
  instance.image = model::ImageId(xml::text(node, "imageId"));
  instance.spot_request = model::SpotRequestId(xml::text(node, "spotInstanceRequestId"));
  instance.state_reason = xml::text(node, "stateReason/code");
  read_addresses(node, instance);
  ASSIGN_OR_RETURN(instance.tags, optional_items(node, "tagSet", read_tag));
  return instance;
}

Result<model::CheckStatus> read_check(xml_node node, const char* path) {
  ASSIGN_OR_RETURN(const std::string name, xml::required_text(node, path));
  const auto status = model::parse_check_status(name);
  if (!status) return malformed("a status check that AWS does not have: " + name);
  return *status;
}

Result<model::InstanceStatus> read_instance_status(xml_node node) {
  model::InstanceStatus status;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "instanceId"));
  status.id = model::InstanceId(std::move(id));
  ASSIGN_OR_RETURN(status.state, read_state(node));
  ASSIGN_OR_RETURN(status.system, read_check(node, "systemStatus/status"));
  ASSIGN_OR_RETURN(status.instance, read_check(node, "instanceStatus/status"));
  return status;
}

Result<model::Subnet> read_subnet(xml_node node) {
  model::Subnet subnet;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "subnetId"));
  subnet.id = model::SubnetId(std::move(id));
  ASSIGN_OR_RETURN(std::string zone, xml::required_text(node, "availabilityZone"));
  subnet.zone = model::Zone(std::move(zone));
  subnet.zone_id = model::ZoneId(xml::text(node, "availabilityZoneId"));
  subnet.vpc = xml::text(node, "vpcId");
  ASSIGN_OR_RETURN(const int64_t free, xml::required_int(node, "availableIpAddressCount"));
  subnet.available_addresses = static_cast<int>(free);
  return subnet;
}

}  // namespace

Result<model::Reply> done(std::string_view body, const char* root) {
  ASSIGN_OR_RETURN(const pugi::xml_document document, xml::parse(body, root));
  return model::Done{};
}

Result<model::Tag> read_tag(xml_node node) {
  ASSIGN_OR_RETURN(std::string key, xml::required_text(node, "key"));
  return model::Tag{std::move(key), xml::text(node, "value")};
}

std::string body_of(const model::RunInstances& call) { return call.body; }

std::string body_of(const model::TerminateInstances& call) {
  QueryWriter query = ec2_query("TerminateInstances");
  query.add_list("InstanceId", call.ids);
  return query.body();
}

std::string body_of(const model::DescribeInstances& call) {
  return describe_body("DescribeInstances", "InstanceId", call);
}

std::string body_of(const model::DescribeInstanceStatus& call) {
  return describe_body("DescribeInstanceStatus", "InstanceId", call);
}

std::string body_of(const model::CreateTags& call) {
  QueryWriter query = ec2_query("CreateTags");
  query.add_list("ResourceId", call.resources);
  for (size_t i = 0; i < call.tags.size(); ++i) {
    const std::string tag = QueryWriter::indexed("Tag", i);
    query.add(tag + ".Key", call.tags[i].key);
    query.add(tag + ".Value", call.tags[i].value);
  }
  return query.body();
}

std::string body_of(const model::DescribeSubnets& call) {
  QueryWriter query = ec2_query("DescribeSubnets");
  query.add_list("SubnetId", call.ids);
  query.add_page(0, call.next);
  return query.body();
}

Result<model::Reply> reply_of(const model::RunInstances&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document, xml::parse(body, "RunInstancesResponse"));
  model::InstancesReply reply;
  ASSIGN_OR_RETURN(reply.instances,
                   items(document.document_element(), "instancesSet", read_instance));
  // MinCount is at least 1: a success without an instance is none.
  if (reply.instances.empty()) return malformed("RunInstances: a success without an instance");
  return reply;
}

Result<model::Reply> reply_of(const model::TerminateInstances&, std::string_view body) {
  return done(body, "TerminateInstancesResponse");
}

Result<model::Reply> reply_of(const model::DescribeInstances&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "DescribeInstancesResponse"));
  const xml_node root = document.document_element();
  ASSIGN_OR_RETURN(const xml_node reservations, xml::required(root, "reservationSet"));
  model::InstancesReply reply;
  for (const xml_node reservation : reservations.children("item")) {
    ASSIGN_OR_RETURN(auto found, items(reservation, "instancesSet", read_instance));
    std::move(found.begin(), found.end(), std::back_inserter(reply.instances));
  }
  reply.next = xml::text(root, "nextToken");
  return reply;
}

Result<model::Reply> reply_of(const model::DescribeInstanceStatus&, std::string_view body) {
  return page(body, "DescribeInstanceStatusResponse", "instanceStatusSet",
              &model::InstanceStatusReply::statuses, read_instance_status);
}

Result<model::Reply> reply_of(const model::CreateTags&, std::string_view body) {
  return done(body, "CreateTagsResponse");
}

Result<model::Reply> reply_of(const model::DescribeSubnets&, std::string_view body) {
  return page(body, "DescribeSubnetsResponse", "subnetSet", &model::SubnetsReply::subnets,
              read_subnet);
}

}  // namespace aws
