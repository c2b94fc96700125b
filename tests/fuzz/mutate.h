// A small mutator for tests: same seed, same bytes, on every compiler.
#pragma once

#include <string>
#include <vector>

#include "base/prng.h"

namespace fuzz {

// One to eight edits of a random seed: bits flipped, bytes put in, cut out, repeated, or spliced in
// from another seed. `seeds` is not empty.
std::string mutant(const std::vector<std::string>& seeds, base::Prng& prng);

}  // namespace fuzz
