#include "aws/endpoints.h"

namespace aws {
namespace {

// A region becomes part of a host name, so nothing else may stand in it.
bool is_region(std::string_view region) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !region.empty() && region.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string_view domain_of(std::string_view region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

}  // namespace

base::Result<Endpoints> Endpoints::make(std::string region, std::string_view endpoint_url) {
  if (!is_region(region))
    return base::fail("InvalidRegion", "\"" + region + "\" is not a region like us-east-2");
  if (endpoint_url.empty()) return Endpoints(std::move(region), std::nullopt);
  auto custom = net::parse_endpoint(endpoint_url);
  if (!custom)
    return base::fail("InvalidEndpoint", "\"" + std::string(endpoint_url) +
                                             "\" is not a URL like http://127.0.0.1:4566");
  return Endpoints(std::move(region), std::move(custom));
}

net::Endpoint Endpoints::of(std::string_view service) const {
  if (custom_) return *custom_;
  net::Endpoint endpoint;
  endpoint.host = std::string(service) + "." + region_ + "." + std::string(domain_of(region_));
  return endpoint;
}

}  // namespace aws
