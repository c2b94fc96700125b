// Told: what people know of lasting things, so that an end is told once, and only after a
// beginning. A value; its text is kept in the journal with the turn that changed it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"

namespace notify {

// Something that was told to have begun. Its absence must last before it is told to have ended.
struct ToldTrouble {
  base::Instant since;
  std::optional<base::Instant> absent_since;  // Not kept: a new life begins to count anew.

  friend bool operator==(const ToldTrouble&, const ToldTrouble&) = default;
};

struct ToldGroup {
  std::optional<base::Instant> unheld_since;  // Told.
  std::optional<base::Instant> below_since;   // Seen, and not told yet; not kept.
  std::map<std::string, ToldTrouble> troubles;

  friend bool operator==(const ToldGroup&, const ToldGroup&) = default;
};

struct Told {
  std::map<model::GroupName, ToldGroup> groups;
  std::map<std::string, ToldTrouble> keeper;  // Troubles of no group.

  friend bool operator==(const Told&, const Told&) = default;
};

// Equal exactly when what is kept is equal.
std::string to_text(const Told& told);
base::Result<Told> parse_told(std::string_view text);

}  // namespace notify
