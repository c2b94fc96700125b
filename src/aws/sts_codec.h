// Security Token Service as Query (2011-06-15).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/call.h"

namespace aws {

std::string body_of(const model::GetCallerIdentity& call);
// Fails with kMalformedAnswer.
base::Result<model::Reply> reply_of(const model::GetCallerIdentity&, std::string_view body);

}  // namespace aws
