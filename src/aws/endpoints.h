// Endpoints: where each AWS service of one region is, or where all of them are when somebody says
// so.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace aws {

class Endpoints {
 public:
  // `endpoint_url` empty: AWS's own, "https://ec2.us-east-2.amazonaws.com". Otherwise every service
  // is asked there, as with a simulated region. Fails with a sentence for the configuration's
  // author.
  static base::Result<Endpoints> make(std::string region, std::string_view endpoint_url);

  net::Endpoint of(std::string_view service) const;
  const std::string& region() const { return region_; }
  bool is_custom() const { return custom_.has_value(); }

 private:
  Endpoints(std::string region, std::optional<net::Endpoint> custom)
      : region_(std::move(region)), custom_(std::move(custom)) {}

  std::string region_;
  std::optional<net::Endpoint> custom_;
};

}  // namespace aws
