// The body of a RequestSpotInstances request, written once and then only repeated.
//
// The oldest way to Spot, and the only one whose requests may stay open: an instance may come hours
// later, or after the request was cancelled. It names no launch template, and it tags the request,
// not the instance: whoever uses it must find the instance by its request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/time.h"
#include "model/instance.h"
#include "model/launch_data.h"

namespace model {

struct SpotRequestParameters {
  LaunchData launch;
  SpotRequestType type = SpotRequestType::kOneTime;
  int count = 1;
  std::optional<base::Money> max_price;      // Per hour; nothing: on-demand's.
  std::optional<base::Instant> valid_until;  // An open request is closed then.
  std::vector<Tag> tags;                     // Of the requests.
  std::string client_token;
};

std::string spot_request_body(const SpotRequestParameters& parameters);

}  // namespace model
