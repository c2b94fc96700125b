// decode: the body of a queue message, in any of the shapes AWS sends, to Notices.
//
// Pure and total: any bytes yield notices or a reason. A reason means quarantine; a well-formed
// event of a kind we do not know is a Notice of kind kUnknown. The rules D1–D16 of docs/formats.md
// are each a test in decode_test.cc.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/notice.h"

namespace model {

// `received_at` stands in for an event's time when it has none that can be read.
// One body is one notice today; a vector, because a body may be a batch.
base::Result<std::vector<Notice>> decode(std::string_view body, base::Instant received_at);

}  // namespace model
