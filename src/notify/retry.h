// When a message that did not arrive is sent again, and when it is given up. Pure.
#pragma once

#include <optional>

#include "base/prng.h"
#include "base/time.h"

namespace notify {

// News of yesterday is not news; it is kept in quarantine instead.
inline constexpr base::Duration kGiveUpAfter = base::Duration::hours(24);

// After so many failures in a row: twice as long each time, a second to five minutes, less up to
// half of it by chance, so that keepers do not return in step. A receiver that asked for more gets
// it, an hour at most.
base::Duration retry_delay(int failures, const std::optional<base::Duration>& retry_after,
                           base::Prng& prng);

}  // namespace notify
