// Serves a simulated region on a free port until its standard input ends, for the conformance
// tests. Prints the scene as one line of JSON. Arguments: [seed]
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "sim/control_api.h"
#include "sim/front.h"

namespace {

class SystemClock : public ports::Clock {
 public:
  base::Instant now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return base::Instant::from_unix_ms(
        std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
  }
};

}  // namespace

int main(int argc, char** argv) {
  const SystemClock clock;
  sim::FrontOptions options;
  options.port = 0;
  options.region.market = sim::MarketKind::kCalm;
  options.region.faults.inconsistent_per_mille = 0;
  if (argc > 1) options.region.seed = std::strtoull(argv[1], nullptr, 10);
  const auto front = sim::start_region_front(options, clock);
  if (!front) {
    std::fprintf(stderr, "%s\n", base::to_string(front.error()).c_str());
    return 1;
  }
  std::printf("%s\n", sim::scene_json((*front)->scene()).c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
