#include "app/seed.h"

#include <sys/random.h>

#include "base/check.h"

namespace app {

uint64_t fresh_seed() {
  uint64_t seed = 0;
  CHECK(getrandom(&seed, sizeof seed, 0) == sizeof seed);
  return seed;
}

}  // namespace app
