// Stats: what the engine has counted since it started. Labels are few and fixed: no instance ids.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace engine {

// Of one target that people are told through.
struct TargetStats {
  uint64_t sent = 0;         // Messages; one may carry many notifications.
  uint64_t failed = 0;       // Attempts that are made again.
  uint64_t quarantined = 0;  // Messages that were given up.
  uint64_t waiting = 0;      // Notifications, now.
};

struct Stats {
  uint64_t turns = 0;
  uint64_t messages = 0;      // Received, copies included.
  uint64_t new_events = 0;    // Of those, seen for the first time.
  uint64_t quarantined = 0;
  uint64_t not_removed = 0;   // Deletions that the queue refused; the message will come again.
  uint64_t receive_failures = 0;
  uint64_t journal_failures = 0;
  uint64_t incidents_opened = 0, incidents_closed = 0;
  std::map<std::string, uint64_t> events_by_kind;
  std::map<std::string, uint64_t> calls_by_action;
  std::map<std::string, uint64_t> failures_by_code;
  std::map<std::string, uint64_t> remarks_by_word;
  std::map<std::string, TargetStats> targets;
};

}  // namespace engine
