// Chance from outside: never the same in two lives of a keeper, nor in two keepers.
#pragma once

#include <cstdint>

namespace app {

uint64_t fresh_seed();

}  // namespace app
