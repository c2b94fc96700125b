// Which proxy, if any, an endpoint is reached through. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/client.h"
#include "net/http.h"

namespace net {

// An entry is "*", a host that also stands for its subdomains ("example.com", ".example.com"), or
// either with ":port". Loopback and link-local hosts are always direct: a proxy cannot reach what
// is local to this machine, the instance's metadata for one.
bool bypasses_proxy(const Endpoint& target, const std::vector<std::string>& no_proxy);

// Nothing when the endpoint is reached directly; InvalidProxy when the option is no
// "http://host:port".
base::Result<std::optional<Endpoint>> proxy_for(const Endpoint& target,
                                                const ClientOptions& options);

}  // namespace net
