// Prng: the one source of chance (xoshiro256**, seeded through splitmix64).
//
// Same seed, same numbers, on every compiler: no std distribution is used, because the standard
// does not say what they draw. A simulation owns one and forks it per part, so that one part's
// extra draw does not move another's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace base {

class Prng {
 public:
  explicit Prng(uint64_t seed);

  uint64_t next();
  // Uniform in [0, bound); bound > 0.
  uint64_t below(uint64_t bound);
  // Uniform in [low, high], both included.
  int64_t between(int64_t low, int64_t high);
  // True in `parts` of a million cases.
  bool chance_ppm(uint64_t parts);
  // Exponentially distributed with the given mean, cut at 20 means.
  int64_t exponential(int64_t mean);
  // An independent stream.
  Prng fork();

 private:
  uint64_t state_[4];
};

}  // namespace base
