// Cloud: AWS, one attempt at a time.
//
// submit never blocks and never retries. Each call completes exactly once, through the sink that
// the implementation was built with, from any thread; a call that was never answered completes with
// Retry::kUnknownOutcome (mutating) or kBackoff (reads) when its time is up.
// Pacing, retries and deadlines are the brain's.
#pragma once

#include <functional>

#include "model/call.h"

namespace ports {

using CompletionSink = std::function<void(model::CallCompleted)>;

class Cloud {
 public:
  virtual ~Cloud() = default;
  // Any call but those of the ledger.
  virtual void submit(model::CallId id, model::Call call) = 0;
};

}  // namespace ports
