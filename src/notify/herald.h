// Herald: what of a turn is news. Pure: what was told and what the turn shows in, notifications
// out.
//
// An incident is told when it opens and when it closes. A group that serves too few slots is told
// after a minute of it, and its recovery at once; a trouble is told at once, and its end after a
// minute without it, so that what flaps is told rarely. What was told is a value that its owner
// keeps with the notifications; open incidents are the journal's.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "control/group_state.h"
#include "model/incident.h"
#include "notify/compose.h"
#include "notify/notification.h"
#include "notify/told.h"

namespace notify {

// What one turn shows.
struct Sight {
  const std::map<model::GroupName, control::GroupState>& groups;
  std::span<const model::Incident> incidents;  // Those that changed.
  std::span<const Trouble> troubles;           // Beside those that the groups know of.
  base::Instant now;
};

class Herald {
 public:
  // A group with too few slots in service for less time is one that just replaces a machine.
  static constexpr base::Duration kUnheldAfter = base::Duration::minutes(1);
  static constexpr base::Duration kOverAfter = base::Duration::minutes(1);

  // `open` have been told, or happened before anybody wanted to be told.
  Herald(model::KeeperName keeper, Told told, const std::vector<model::Incident>& open);

  std::vector<Notification> hear(const Sight& sight);
  const Told& told() const { return told_; }
  // When time alone makes news.
  base::Instant look_again() const { return look_again_; }

 private:
  struct Service {
    uint64_t looks = 0;
    int slots = 0;
  };
  using Troubles = std::map<std::string, std::string>;
  using ToldTroubles = std::map<std::string, ToldTrouble>;

  void hear_incident(const model::Incident& incident, const Sight& sight);
  void hear_service(const control::GroupState& group, ToldGroup& told, base::Instant now);
  void hear_troubles(const model::GroupName& group, const Troubles& troubles, ToldTroubles& told,
                     base::Instant now);
  int slots_in_service(const control::GroupState& group);
  bool has_come(base::Instant time, base::Instant now);

  model::KeeperName keeper_;
  Told told_;
  std::set<std::pair<model::IncidentId, base::Instant>> open_;  // Told, and not closed.
  std::map<model::GroupName, Service> service_;                 // Counted once per look.
  base::Instant look_again_ = base::Instant::never();
  std::vector<Notification> news_;  // Of this turn.
};

}  // namespace notify
