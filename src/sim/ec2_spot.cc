// Spot requests: made, cancelled, shown.
#include <algorithm>

#include "sim/ec2.h"
#include "sim/ec2_query.h"
#include "sim/ec2_tags.h"
#include "sim/form_xml.h"
#include "sim/launch_data.h"

namespace sim {
namespace {

constexpr int kMostRequests = 1000;
// AWS's own end for a request that names none.
const base::Duration kValidFor = base::Duration::hours(24 * 7);

const std::vector<ListSpelling>& spellings() {
  static const std::vector<ListSpelling> kSpellings = {
      {"BlockDeviceMapping", "blockDeviceMapping", "item", ""},
      {"SecurityGroupId", "groupSet", "item", "groupId"},
      {"NetworkInterface.SecurityGroupId", "SecurityGroupId", "SecurityGroupId", ""}};
  return kSpellings;
}

void write_request(Xml& xml, const SpotRequest& request) {
  xml.element("item", [&] {
    xml.text("spotInstanceRequestId", request.id.str());
    if (request.max_price) xml.text("spotPrice", decimal_price(*request.max_price));
    xml.text("type", request.is_persistent ? "persistent" : "one-time");
    xml.text("state", request.state);
    xml.element("status", [&] {
      xml.text("code", request.status_code);
      xml.text("updateTime", base::to_iso8601(request.status_time));
      xml.text("message", request.status_message);
    });
    xml.element("launchSpecification",
                [&] { write_form(xml, request.specification, spellings()); });
    if (!request.instance.empty()) xml.text("instanceId", request.instance.str());
    xml.text("createTime", base::to_iso8601(request.created_at));
    xml.text("productDescription", model::kLinux);
    if (!request.instance.empty()) xml.text("launchedAvailabilityZone", request.zone.str());
    xml.text("instanceInterruptionBehavior", "terminate");
    if (request.valid_until != base::Instant::never())
      xml.text("validUntil", base::to_iso8601(request.valid_until));
    write_tags(xml, request.tags);
  });
}

std::vector<std::string> request_values(const SpotRequest& request, std::string_view filter) {
  if (filter == "spot-instance-request-id") return {request.id.str()};
  if (filter == "state") return {request.state};
  if (filter == "status-code") return {request.status_code};
  if (filter == "instance-id") return {request.instance.str()};
  if (filter == "type") return {request.is_persistent ? "persistent" : "one-time"};
  if (filter == "launched-availability-zone")
    return {request.instance.empty() ? std::string() : request.zone.str()};
  if (filter == "launch.instance-type") return {request.type.str()};
  return tag_values(request.tags, filter);
}

tl::unexpected<Refusal> not_found(const std::string& id) {
  return refuse("InvalidSpotInstanceRequestID.NotFound",
                "The spot instance request ID '" + id + "' does not exist");
}

Answer<void> read_type(const base::Form& form, SpotRequest& request) {
  const std::string type = form.get("Type", "one-time");
  if (type != "one-time" && type != "persistent")
    return refuse("InvalidParameterValue", "Value (" + type + ") for Type is invalid.");
  request.is_persistent = type == "persistent";
  if (form.get("InstanceInterruptionBehavior", "terminate") == "terminate") return {};
  if (!request.is_persistent)
    return refuse("InvalidParameterCombination",
                  "One-time Spot requests can only have interruption behavior terminate.");
  return refuse("UnsupportedOperation",
                "The region simulates interruption behavior terminate only.");
}

Answer<base::Instant> read_end(const base::Form& form, base::Instant now) {
  const std::string* text = form.find("ValidUntil");
  if (!text) return now + kValidFor;
  const auto at = base::parse_iso8601(*text);
  if (!at || *at <= now)
    return refuse("InvalidParameterValue", "Invalid value '" + *text + "' for ValidUntil.");
  return *at;
}

}  // namespace

Answer<SpotRequest> Ec2::read_spot_request(const base::Form& form) {
  SpotRequest request;
  RETURN_IF_ERROR(read_type(form, request));
  request.specification = below(form, "LaunchSpecification");
  RETURN_IF_ERROR(check_launch_data(request.specification));
  base::Form launch = request.specification;
  launch.add("MinCount", "1");
  launch.add("MaxCount", "1");
  launch.add("InstanceMarketOptions.MarketType", "spot");
  if (const std::string* price = form.find("SpotPrice"))
    launch.add("InstanceMarketOptions.SpotOptions.MaxPrice", *price);
  ASSIGN_OR_RETURN(const LaunchOrder order, read_order(launch));
  request.type = order.type;
  request.image = order.image;
  request.subnet = order.subnet;
  request.zone = context_.world.subnets.at(order.subnet).zone;
  request.max_price = order.max_price;
  ASSIGN_OR_RETURN(request.valid_until, read_end(form, context_.now));
  RETURN_IF_ERROR(check_tagged_types(form, {"spot-instances-request"}));
  RETURN_IF_ERROR(add_tags(form, "spot-instances-request", request.tags));
  return request;
}

Answer<std::string> Ec2::request_spot_instances(const base::Form& form) {
  ASSIGN_OR_RETURN(const std::string token, read_client_token(form));
  const std::string parameters = parameters_of(form);
  if (const auto known = spot_tokens_.find(token); known != spot_tokens_.end()) {
    if (known->second.parameters != parameters) return token_mismatch();
    return spot_requests_xml(known->second.requests);
  }
  ASSIGN_OR_RETURN(const SpotRequest request, read_spot_request(form));
  ASSIGN_OR_RETURN(const int count, number_of(form, "InstanceCount", 1));
  if (count < 1 || count > kMostRequests)
    return refuse("InvalidParameterValue", "InstanceCount must be from 1 to 1000.");
  std::vector<model::SpotRequestId> ids;
  for (int i = 0; i < count; ++i) ids.push_back(spot_requests_.open(request));
  if (!token.empty()) spot_tokens_.emplace(token, SpotTokenRecord{parameters, ids});
  return spot_requests_xml(ids);
}

// Those that are forgotten are left out.
std::string Ec2::spot_requests_xml(const std::vector<model::SpotRequestId>& ids) const {
  Xml xml;
  xml.element("spotInstanceRequestSet", [&] {
    for (const model::SpotRequestId& id : ids)
      if (const auto found = context_.world.spot_requests.find(id);
          found != context_.world.spot_requests.end())
        write_request(xml, found->second);
  });
  return xml.str();
}

Answer<std::string> Ec2::cancel_spot_instance_requests(const base::Form& form) {
  const auto ids = list_of(form, "SpotInstanceRequestId");
  if (ids.empty())
    return refuse("MissingParameter",
                  "The request must contain the parameter SpotInstanceRequestId");
  for (const std::string& id : ids)
    if (!context_.world.spot_requests.contains(model::SpotRequestId(id))) return not_found(id);
  Xml xml;
  xml.element("spotInstanceRequestSet", [&] {
    for (const std::string& text : ids) {
      const model::SpotRequestId id(text);
      spot_requests_.cancel(id);
      xml.element("item", [&] {
        xml.text("spotInstanceRequestId", text);
        xml.text("state", context_.world.spot_requests.at(id).state);
      });
    }
  });
  return xml.str();
}

Answer<std::string> Ec2::describe_spot_instance_requests(const base::Form& form) {
  static const std::vector<std::string_view> kFilters = {"spot-instance-request-id",
                                                         "state",
                                                         "status-code",
                                                         "instance-id",
                                                         "type",
                                                         "launched-availability-zone",
                                                         "launch.instance-type",
                                                         "tag-key",
                                                         "tag:"};
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, kFilters));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "SpotInstanceRequestId", {}, context_.now));
  const auto ids = list_of(form, "SpotInstanceRequestId");
  for (const std::string& id : ids)
    if (!context_.world.spot_requests.contains(model::SpotRequestId(id))) return not_found(id);
  if (ids.empty())
    if (auto ok = check_zones_up(); !ok) return tl::unexpected(ok.error());
  Xml xml;
  xml.element("spotInstanceRequestSet", [&] {
    for (const auto& [id, request] : context_.world.spot_requests) {
      const auto instance = context_.world.instances.find(request.instance);
      const bool is_known = instance != context_.world.instances.end();
      if (id.str() <= page.after() || !allows(ids, id.str())) continue;
      if (ids.empty() && is_known && !is_listed(instance->second)) continue;
      if (!passes(filters, [&](auto filter) { return request_values(request, filter); })) continue;
      if (!page.admit(id.str())) break;
      write_request(xml, request);
    }
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

}  // namespace sim
