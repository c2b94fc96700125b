// Messenger: brings mail to a target that people named. Where that is only the messenger knows.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.h"

namespace ports {

struct Mail {
  std::string target;
  std::string id;        // The same whenever the same mail is posted again.
  std::string text;      // For people.
  std::string document;  // JSON, for programs.
};

enum class Delivery {
  kDelivered,
  kRefused,  // The same mail would be refused again.
  kFailed,   // It may arrive another time, or has arrived and nobody knows.
  kHeld,     // Where the target is cannot be known now; nothing was sent.
};

struct MailAnswer {
  Delivery delivery = Delivery::kFailed;
  std::string why;                                 // Never where the target is, beyond its host.
  std::optional<base::Duration> retry_after = {};  // As the target asked for it.
};

class Messenger {
 public:
  virtual ~Messenger() = default;
  // One attempt; never blocks. `done` runs exactly once, on any thread, also within the call.
  virtual void post(Mail mail, std::function<void(MailAnswer)> done) = 0;
};

}  // namespace ports
