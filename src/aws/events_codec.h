// EventBridge as JSON 1.1.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/call.h"

namespace aws {

std::string body_of(const model::PutEvents& call);
// Fails with kMalformedAnswer. An entry of its own may have failed in a success.
base::Result<model::Reply> reply_of(const model::PutEvents& call, std::string_view body);

}  // namespace aws
