#include "aws/elb_codec.h"

#include "aws/query_writer.h"
#include "aws/xml.h"

namespace aws {
namespace {

using base::Result;
using pugi::xml_node;

QueryWriter start(std::string_view action, const model::TargetGroupArn& group) {
  QueryWriter query(action, "2015-12-01");
  query.add("TargetGroupArn", group.str());
  return query;
}

std::string targets_body(std::string_view action, const model::TargetGroupArn& group,
                         const std::vector<model::Target>& targets) {
  QueryWriter query = start(action, group);
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string target = QueryWriter::indexed("Targets.member", i);
    query.add(target + ".Id", targets[i].instance.str());
    query.add(target + ".Port", std::to_string(targets[i].port));
  }
  return query.body();
}

Result<model::Reply> done(std::string_view body, const char* root) {
  ASSIGN_OR_RETURN(const pugi::xml_document document, xml::parse(body, root));
  return model::Done{};
}

// <…Response><…Result><list>: the list.
Result<xml_node> result_list(const pugi::xml_document& document, const char* result,
                             const char* list) {
  ASSIGN_OR_RETURN(const xml_node wrapper, xml::required(document.document_element(), result));
  return xml::required(wrapper, list);
}

Result<model::TargetHealth> read_health(xml_node node) {
  model::TargetHealth health;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "Target/Id"));
  health.target.instance = model::InstanceId(std::move(id));
  ASSIGN_OR_RETURN(const int64_t port, xml::required_int(node, "Target/Port"));
  health.target.port = static_cast<int>(port);
  ASSIGN_OR_RETURN(health.state, xml::required_text(node, "TargetHealth/State"));
  health.reason = xml::text(node, "TargetHealth/Reason");
  return health;
}

}  // namespace

std::string body_of(const model::RegisterTargets& call) {
  return targets_body("RegisterTargets", call.group, call.targets);
}

std::string body_of(const model::DeregisterTargets& call) {
  return targets_body("DeregisterTargets", call.group, call.targets);
}

std::string body_of(const model::DescribeTargetHealth& call) {
  return start("DescribeTargetHealth", call.group).body();
}

std::string body_of(const model::DescribeTargetGroupAttributes& call) {
  return start("DescribeTargetGroupAttributes", call.group).body();
}

std::string body_of(const model::ModifyTargetGroupAttributes& call) {
  QueryWriter query = start("ModifyTargetGroupAttributes", call.group);
  size_t index = 0;
  for (const auto& [key, value] : call.attributes) {
    const std::string attribute = QueryWriter::indexed("Attributes.member", index++);
    query.add(attribute + ".Key", key);
    query.add(attribute + ".Value", value);
  }
  return query.body();
}

Result<model::Reply> reply_of(const model::RegisterTargets&, std::string_view body) {
  return done(body, "RegisterTargetsResponse");
}

Result<model::Reply> reply_of(const model::DeregisterTargets&, std::string_view body) {
  return done(body, "DeregisterTargetsResponse");
}

Result<model::Reply> reply_of(const model::DescribeTargetHealth&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "DescribeTargetHealthResponse"));
  ASSIGN_OR_RETURN(const xml_node list,
                   result_list(document, "DescribeTargetHealthResult", "TargetHealthDescriptions"));
  model::TargetHealthReply reply;
  for (const xml_node node : list.children("member")) {
    ASSIGN_OR_RETURN(model::TargetHealth health, read_health(node));
    reply.targets.push_back(std::move(health));
  }
  return reply;
}

Result<model::Reply> reply_of(const model::DescribeTargetGroupAttributes&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "DescribeTargetGroupAttributesResponse"));
  ASSIGN_OR_RETURN(const xml_node list,
                   result_list(document, "DescribeTargetGroupAttributesResult", "Attributes"));
  model::TargetGroupAttributesReply reply;
  for (const xml_node node : list.children("member")) {
    ASSIGN_OR_RETURN(std::string key, xml::required_text(node, "Key"));
    reply.attributes[std::move(key)] = xml::text(node, "Value");
  }
  return reply;
}

Result<model::Reply> reply_of(const model::ModifyTargetGroupAttributes&, std::string_view body) {
  return done(body, "ModifyTargetGroupAttributesResponse");
}

}  // namespace aws
