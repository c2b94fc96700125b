// The region on a port: what `spotkeeper sim region` and the demo serve to unmodified clients.
//
// Runs the server's thread and one that wakes the region when something is due. Destroying the
// front closes the port; nothing outlives it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/clock.h"
#include "sim/region.h"

namespace sim {

struct FrontOptions {
  RegionOptions region;  // Its start and endpoint_url are set by the front.
  std::string address = "127.0.0.1";
  int port = 4566;  // 0: the system chooses.
  int64_t speed = 1;
  // Price histories (.csv) and availability traces (.json); see sim/market_trace.h.
  std::vector<std::string> market_files;
};

class RegionFront {
 public:
  virtual ~RegionFront() = default;
  virtual int port() const = 0;
  virtual Scene scene() const = 0;
  // Runs `work` on the region as it is now; nobody is served meanwhile, so it must be brief. The
  // region stays at its address, and may be touched nowhere else.
  virtual void visit(const std::function<void(Region&)>& work) = 0;
};

// `clock` must outlive the front.
base::Result<std::unique_ptr<RegionFront>> start_region_front(FrontOptions options,
                                                              const ports::Clock& clock);

// The scene for people, with the lines that point a shell's AWS clients at it. For scripts:
// scene_json in sim/control_api.h.
std::string describe(const Scene& scene);

}  // namespace sim
