// Whether all is kept as it should be, and else why not: for whoever routes to, or watches, a
// keeper.
#pragma once

#include <optional>
#include <string>

#include "app/snapshot.h"

namespace app {

struct Unready {
  std::string code;
  std::string why;  // What a person must mend, or what is waited for; each site by its name.

  friend bool operator==(const Unready&, const Unready&) = default;
};

// Nothing: ready. Every site that is not is named; the code is the first one's.
std::optional<Unready> unready(const Snapshots& snapshots);

}  // namespace app
