// Queue: where notices come from. At least once, in any order, possibly late.
//
// Each method completes its callback exactly once, from any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace ports {

struct QueueMessage {
  std::string id;
  std::string receipt;  // Changes with every receive; only the last one deletes.
  std::string body;
  base::Instant sent_at;
  int receive_count = 1;
};

struct ReceiveOptions {
  int most = 10;  // 1..10
  base::Duration wait = base::Duration::seconds(20);
  base::Duration visibility = base::Duration::seconds(60);
};

struct QueueDepth {
  int64_t visible = 0;
  int64_t in_flight = 0;
};

class Queue {
 public:
  virtual ~Queue() = default;
  virtual void receive(ReceiveOptions options,
                       std::function<void(base::Result<std::vector<QueueMessage>>)> done) = 0;
  // At most 10 receipts. Answers those that were not deleted and may come again.
  virtual void remove(std::vector<std::string> receipts,
                      std::function<void(base::Result<std::vector<std::string>>)> done) = 0;
  virtual void depth(std::function<void(base::Result<QueueDepth>)> done) = 0;
};

}  // namespace ports
