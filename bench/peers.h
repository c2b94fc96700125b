// Peers: how others answer the same storm, as small as shows what their shape costs.
//
// Both are given more than they have: no start of a function, no Kubernetes, no scheduler, and the
// state of a machine for the asking. What is left is AWS's limits, and the order of their steps.
#pragma once

#include <memory>

#include "arena.h"

namespace bench {

// The article "replace an interrupted instance" (S1): a function per notice, and in it price, Spot
// request, request fulfilled, instance running, registered. The old machine is left to AWS. Calls
// are tried five times as boto3 does; a function that failed is run again from its beginning after
// one and after two minutes, as Lambda does; a thousand run at once.
std::unique_ptr<Contender> make_handler_per_event(Arena& arena);

// Karpenter: ten messages at a time, the next ten once those are deleted. The doomed machine is
// drained at once; what is missing is gathered until a second has brought nothing more, ten at
// most, and asked of one CreateFleet. (The Node Termination Handler hears and drains in the same
// way, and leaves replacing to others.)
std::unique_ptr<Contender> make_ten_at_a_time(Arena& arena);

}  // namespace bench
