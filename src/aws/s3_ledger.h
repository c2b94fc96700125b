// The Ledger that is one S3 object per group, replaced under If-Match and created under
// If-None-Match. S3 reads are strongly consistent, so what was written is seen by every later read.
#pragma once

#include <memory>
#include <string>

#include "aws/endpoints.h"
#include "aws/signed_client.h"
#include "ports/clock.h"
#include "ports/cloud.h"
#include "ports/ledger.h"

namespace aws {

struct S3Location {
  std::string bucket;
  std::string prefix;  // The key is "<prefix>/<group>.json"; no prefix: "<group>.json".
};

// `client` and `clock` outlive the ledger's last completion. At an endpoint of its own the bucket
// stands in the path, at AWS's in the host name.
std::unique_ptr<ports::Ledger> make_s3_ledger(SignedClient& client, const Endpoints& endpoints,
                                              S3Location location, const ports::Clock& clock,
                                              ports::CompletionSink sink);

}  // namespace aws
