#include "aws/auto_scaling_codec.h"

#include "aws/query_writer.h"
#include "aws/xml.h"

namespace aws {
namespace {

using base::Result;
using pugi::xml_node;

constexpr std::string_view kVersion = "2011-01-01";

Result<int> required_count(xml_node node, const char* name) {
  ASSIGN_OR_RETURN(const int64_t count, xml::required_int(node, name));
  return static_cast<int>(count);
}

Result<model::AutoScalingMember> read_member(xml_node node, model::AutoScalingGroupName group) {
  model::AutoScalingMember member;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "InstanceId"));
  member.id = model::InstanceId(std::move(id));
  member.group = std::move(group);
  ASSIGN_OR_RETURN(member.lifecycle_state, xml::required_text(node, "LifecycleState"));
  return member;
}

Result<model::AutoScalingGroup> read_group(xml_node node) {
  model::AutoScalingGroup group;
  ASSIGN_OR_RETURN(std::string name, xml::required_text(node, "AutoScalingGroupName"));
  group.name = model::AutoScalingGroupName(std::move(name));
  ASSIGN_OR_RETURN(group.min, required_count(node, "MinSize"));
  ASSIGN_OR_RETURN(group.max, required_count(node, "MaxSize"));
  ASSIGN_OR_RETURN(group.desired, required_count(node, "DesiredCapacity"));
  // A group that has nobody may be shown without the list.
  for (const xml_node one : node.child("Instances").children("member")) {
    ASSIGN_OR_RETURN(model::AutoScalingMember member, read_member(one, group.name));
    group.members.push_back(std::move(member));
  }
  return group;
}

}  // namespace

std::string body_of(const model::DescribeAutoScalingGroups& call) {
  QueryWriter query("DescribeAutoScalingGroups", kVersion);
  query.add_list("AutoScalingGroupNames.member", call.names);
  if (call.max_records > 0) query.add("MaxRecords", std::to_string(call.max_records));
  query.add_optional("NextToken", call.next);
  return query.body();
}

std::string body_of(const model::DescribeAutoScalingInstances& call) {
  QueryWriter query("DescribeAutoScalingInstances", kVersion);
  query.add_list("InstanceIds.member", call.ids);
  query.add_optional("NextToken", call.next);
  return query.body();
}

std::string body_of(const model::DetachInstances& call) {
  QueryWriter query("DetachInstances", kVersion);
  query.add("AutoScalingGroupName", call.group.str());
  query.add_list("InstanceIds.member", call.ids);
  query.add("ShouldDecrementDesiredCapacity", "true");
  return query.body();
}

Result<model::Reply> reply_of(const model::DescribeAutoScalingGroups&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "DescribeAutoScalingGroupsResponse"));
  ASSIGN_OR_RETURN(const xml_node result,
                   xml::required(document.document_element(), "DescribeAutoScalingGroupsResult"));
  ASSIGN_OR_RETURN(const xml_node list, xml::required(result, "AutoScalingGroups"));
  model::AutoScalingGroupsReply reply;
  reply.next = xml::text(result, "NextToken");
  for (const xml_node node : list.children("member")) {
    ASSIGN_OR_RETURN(model::AutoScalingGroup group, read_group(node));
    reply.groups.push_back(std::move(group));
  }
  return reply;
}

Result<model::Reply> reply_of(const model::DescribeAutoScalingInstances&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "DescribeAutoScalingInstancesResponse"));
  ASSIGN_OR_RETURN(const xml_node result, xml::required(document.document_element(),
                                                        "DescribeAutoScalingInstancesResult"));
  ASSIGN_OR_RETURN(const xml_node list, xml::required(result, "AutoScalingInstances"));
  model::AutoScalingInstancesReply reply;
  reply.next = xml::text(result, "NextToken");
  for (const xml_node node : list.children("member")) {
    ASSIGN_OR_RETURN(std::string group, xml::required_text(node, "AutoScalingGroupName"));
    ASSIGN_OR_RETURN(model::AutoScalingMember member,
                     read_member(node, model::AutoScalingGroupName(std::move(group))));
    reply.members.push_back(std::move(member));
  }
  return reply;
}

Result<model::Reply> reply_of(const model::DetachInstances&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document, xml::parse(body, "DetachInstancesResponse"));
  return model::Done{};
}

}  // namespace aws
