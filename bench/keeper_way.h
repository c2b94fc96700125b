// KeeperWay: the shipped keeper on a simulated host, as a contender of the storm.
#pragma once

#include <memory>

#include "arena.h"
#include "model/group.h"

namespace bench {

// The arena is filled with a fleet that carries the keeper's tags: it takes charge of it as after a
// lost ledger.
std::vector<model::Tag> keeper_tags();
std::unique_ptr<Contender> make_keeper_way(Arena& arena, model::LaunchBy launch_by);

}  // namespace bench
