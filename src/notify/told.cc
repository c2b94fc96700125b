#include "notify/told.h"

#include "base/json.h"

namespace notify {
namespace {

using base::json::object;
using base::json::value;

using Troubles = std::map<std::string, ToldTrouble>;

object troubles_json(const Troubles& troubles) {
  object out;
  for (const auto& [name, trouble] : troubles) out[name] = trouble.since.unix_ms();
  return out;
}

Troubles read_troubles(const object& parent, std::string_view key) {
  Troubles troubles;
  if (const object* found = base::json::find_object(parent, key))
    for (const auto& [name, since] : *found)
      if (since.is_int64())
        troubles[std::string(name)] = {base::Instant::from_unix_ms(since.get_int64()), {}};
  return troubles;
}

}  // namespace

std::string to_text(const Told& told) {
  object groups;
  for (const auto& [name, group] : told.groups) {
    if (!group.unheld_since && group.troubles.empty()) continue;
    object kept{{"troubles", troubles_json(group.troubles)}};
    if (group.unheld_since) kept["unheld_since_ms"] = group.unheld_since->unix_ms();
    groups[name.str()] = std::move(kept);
  }
  return base::json::serialize(
      object{{"groups", std::move(groups)}, {"keeper", troubles_json(told.keeper)}});
}

base::Result<Told> parse_told(std::string_view text) {
  ASSIGN_OR_RETURN(const object document, base::json::parse_object(text));
  Told told;
  told.keeper = read_troubles(document, "keeper");
  const object* groups = base::json::find_object(document, "groups");
  if (!groups) return told;
  for (const auto& [name, kept] : *groups) {
    if (!kept.is_object()) continue;
    ToldGroup& group = told.groups[model::GroupName(std::string_view(name))];
    group.troubles = read_troubles(kept.get_object(), "troubles");
    if (const auto since = base::json::find_int(kept.get_object(), "unheld_since_ms"))
      group.unheld_since = base::Instant::from_unix_ms(*since);
  }
  return told;
}

}  // namespace notify
