// Spot requests and prices.
#include "aws/ec2_codec.h"
#include "aws/ec2_parts.h"

namespace aws {
namespace {

using base::Result;
using pugi::xml_node;

Result<model::SpotRequestType> read_request_type(xml_node node) {
  const std::string name = xml::text(node, "type");
  // One-time is AWS's default.
  if (name.empty()) return model::SpotRequestType::kOneTime;
  const auto type = model::parse_spot_request_type(name);
  if (!type) return malformed("a type of Spot request that AWS does not have: " + name);
  return *type;
}

Result<model::SpotRequest> read_spot_request(xml_node node) {
  model::SpotRequest request;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "spotInstanceRequestId"));
  request.id = model::SpotRequestId(std::move(id));
  ASSIGN_OR_RETURN(request.state, xml::required_text(node, "state"));
  ASSIGN_OR_RETURN(request.status_code, xml::required_text(node, "status/code"));
  ASSIGN_OR_RETURN(request.status_time, xml::required_time(node, "status/updateTime"));
  request.instance = model::InstanceId(xml::text(node, "instanceId"));
  ASSIGN_OR_RETURN(request.type, read_request_type(node));
  ASSIGN_OR_RETURN(request.tags, optional_items(node, "tagSet", read_tag));
  return request;
}

Result<model::CancelledSpotRequest> read_cancelled(xml_node node) {
  model::CancelledSpotRequest cancelled;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "spotInstanceRequestId"));
  cancelled.id = model::SpotRequestId(std::move(id));
  ASSIGN_OR_RETURN(cancelled.state, xml::required_text(node, "state"));
  return cancelled;
}

Result<model::SpotPrice> read_spot_price(xml_node node) {
  model::SpotPrice price;
  ASSIGN_OR_RETURN(std::string type, xml::required_text(node, "instanceType"));
  ASSIGN_OR_RETURN(std::string zone, xml::required_text(node, "availabilityZone"));
  ASSIGN_OR_RETURN(std::string product, xml::required_text(node, "productDescription"));
  price.pool = {model::InstanceType(std::move(type)), model::Zone(std::move(zone)),
                std::move(product)};
  ASSIGN_OR_RETURN(const std::string dollars, xml::required_text(node, "spotPrice"));
  const auto money = base::parse_money(dollars);
  if (!money) return malformed("spotPrice is not a price: " + dollars);
  price.price = *money;
  ASSIGN_OR_RETURN(price.at, xml::required_time(node, "timestamp"));
  return price;
}

}  // namespace

std::string body_of(const model::RequestSpotInstances& call) { return call.body; }

std::string body_of(const model::CancelSpotInstanceRequests& call) {
  QueryWriter query = ec2_query("CancelSpotInstanceRequests");
  query.add_list("SpotInstanceRequestId", call.ids);
  return query.body();
}

std::string body_of(const model::DescribeSpotInstanceRequests& call) {
  return describe_body("DescribeSpotInstanceRequests", "SpotInstanceRequestId", call);
}

std::string body_of(const model::DescribeSpotPriceHistory& call) {
  QueryWriter query = ec2_query("DescribeSpotPriceHistory");
  query.add_list("InstanceType", call.types);
  query.add_filters(call.filters);
  query.add("ProductDescription.1", call.product);
  query.add("StartTime", base::to_iso8601(call.start));
  query.add("EndTime", base::to_iso8601(call.end));
  query.add_page(call.max_results, call.next);
  return query.body();
}

Result<model::Reply> reply_of(const model::RequestSpotInstances&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "RequestSpotInstancesResponse"));
  model::SpotRequestsReply reply;
  ASSIGN_OR_RETURN(reply.requests,
                   items(document.document_element(), "spotInstanceRequestSet", read_spot_request));
  return reply;
}

Result<model::Reply> reply_of(const model::CancelSpotInstanceRequests&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "CancelSpotInstanceRequestsResponse"));
  model::CancelledSpotRequestsReply reply;
  ASSIGN_OR_RETURN(reply.cancelled,
                   items(document.document_element(), "spotInstanceRequestSet", read_cancelled));
  return reply;
}

Result<model::Reply> reply_of(const model::DescribeSpotInstanceRequests&, std::string_view body) {
  return page(body, "DescribeSpotInstanceRequestsResponse", "spotInstanceRequestSet",
              &model::SpotRequestsReply::requests, read_spot_request);
}

Result<model::Reply> reply_of(const model::DescribeSpotPriceHistory&, std::string_view body) {
  return page(body, "DescribeSpotPriceHistoryResponse", "spotPriceHistorySet",
              &model::SpotPricesReply::prices, read_spot_price);
}

}  // namespace aws
