// PeerClient: how a peer calls AWS: our codecs over the arena's network, one answer per call.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "arena.h"
#include "aws/aws_cloud.h"
#include "aws/credentials.h"
#include "aws/signed_client.h"
#include "aws/sqs_queue.h"
#include "base/prng.h"
#include "ports/cloud.h"
#include "ports/queue.h"
#include "sim/timeline.h"

namespace bench {

class PeerClient {
 public:
  using Done = std::function<void(const base::Result<model::Reply>&)>;

  // With a queue of its own that hears every notice.
  PeerClient(Arena& arena, const std::string& name);

  void call(model::Call call, Done done);
  ports::Queue& queue() { return *queue_; }

 private:
  bool partitioned_ = false;
  sim::HostClock clock_;
  std::unique_ptr<aws::CredentialsProvider> credentials_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<aws::SignedClient> client_;
  std::unique_ptr<ports::Cloud> cloud_;
  std::unique_ptr<ports::Queue> queue_;
  std::map<model::CallId, Done> waiting_;
  uint64_t last_id_ = 0;
};

}  // namespace bench
