// What makes two messages the same event.
//
// The same event id (the queue delivered it again), or the same occurrence under another id:
// account, region, instances, kind and the event's own time. The kind's own detail counts too: an
// instance can become pending and running within one second. Events that name no instance are never
// the same occurrence; those that have not even an id are known by their body. An identity is kept
// as 64 bits of SHA-256 beside the event's time, so that its index grows at one end; within one
// millisecond 64 bits do not collide.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "engine/journal_records.h"

namespace engine {

struct EventIdentity {
  int64_t time_ms = 0;  // 0 for an event that has no time of its own: receipt is another each time.
  int64_t prefix = 0;

  friend auto operator<=>(const EventIdentity&, const EventIdentity&) = default;
};

// At least one. Two events are the same when they share any.
std::vector<EventIdentity> identities_of(const IncomingEvent& event);

}  // namespace engine
