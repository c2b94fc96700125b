// The control API: /_sim/… on the region's own door, unsigned, in JSON. Not AWS's.
//
//   GET  /_sim/scene                      what the region starts with
//   GET  /_sim/world                      everything that exists
//   GET  /_sim/writes?after=N             writes to S3 with numbers above N, as far as remembered
//   GET  /_sim/faults, POST /_sim/faults  members of FaultSettings; POST changes those it names
//   POST /_sim/interrupt     {"instance_id", "kind": warned | warned-late | unwarned |
//   rebalance-only} POST /_sim/health        {"instance_id", "impaired": bool, "sick": bool} POST
//   /_sim/pools/drain   {"instance_type", "zone"}; also /refill, and /capacity with "spot_capacity"
//   POST /_sim/queues        {"name"}: a queue of its own for one more keeper
//   POST /_sim/quotas        {"targets"}: how many a target group may have
// The clock belongs to the front: /_sim/clock is answered there.
#pragma once

#include <string>

#include "net/http.h"

namespace sim {

class Region;
struct Scene;
struct World;

bool is_control_request(const net::Request& request);
net::Response handle_control(Region& region, const net::Request& request);

std::string scene_json(const Scene& scene);
std::string world_json(const World& world);

// For the front's own part of the API.
net::Response control_answer(std::string json);
net::Response control_refusal(int status, std::string message);

}  // namespace sim
