#include "base/prng.h"

#include <cmath>

#include "base/check.h"

namespace base {
namespace {

uint64_t splitmix(uint64_t& x) {
  x += 0x9e3779b97f4a7c15;
  uint64_t z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}  // namespace

Prng::Prng(uint64_t seed) {
  for (uint64_t& word : state_) word = splitmix(seed);
}

uint64_t Prng::next() {
  const uint64_t result = rotate(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate(state_[3], 45);
  return result;
}

uint64_t Prng::below(uint64_t bound) {
  CHECK(bound > 0);
  // Draws below `threshold` would make small results likelier.
  const uint64_t threshold = (0 - bound) % bound;
  for (;;)
    if (const uint64_t draw = next(); draw >= threshold) return draw % bound;
}

int64_t Prng::between(int64_t low, int64_t high) {
  CHECK(low <= high);
  return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low) + 1));
}

bool Prng::chance_ppm(uint64_t parts) { return below(1'000'000) < parts; }

int64_t Prng::exponential(int64_t mean) {
  const double uniform = (static_cast<double>(next() >> 11) + 1) / 9007199254740993.0;
  const double draw = -std::log(uniform) * static_cast<double>(mean);
  const double most = 20.0 * static_cast<double>(mean);
  return static_cast<int64_t>(draw < most ? draw : most);
}

Prng Prng::fork() { return Prng(next()); }

}  // namespace base
