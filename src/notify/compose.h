// The notifications themselves: what happened, what is being done about it, and both in a sentence.
// Pure: a group's state and what changed in, a value out.
#pragma once

#include <string>

#include "base/time.h"
#include "control/group_state.h"
#include "model/incident.h"
#include "notify/notification.h"

namespace notify {

// `group` is null when it is no longer kept.
Notification incident_began(const model::Incident& incident, const control::GroupState* group,
                            base::Instant now);
Notification incident_ended(const model::Incident& incident, const control::GroupState* group);

// Since when, and until when, a lasting thing was so.
struct Span {
  base::Instant since, now;
};

Notification group_unheld(const model::KeeperName& keeper, const control::GroupState& group,
                          int in_service, const Span& span);
Notification group_held(const model::KeeperName& keeper, const control::GroupState& group,
                        int in_service, const Span& span);

Notification trouble_began(const model::KeeperName& keeper, const Trouble& trouble,
                           base::Instant now);
Notification trouble_ended(const model::KeeperName& keeper, const Trouble& trouble,
                           const Span& span);

// A message of that door that could not be read.
struct KeptMessage {
  std::string body;
  std::string reason;
  std::string door;
  std::string site = {};  // Whose queue it came from; empty: the only one.
};
Notification message_kept(const KeptMessage& message, base::Instant now);

}  // namespace notify
