#include "control/inheritance.h"

#include <algorithm>

namespace control {
namespace {

void inherit_machines(GroupState& heir, const GroupState& old) {
  heir.seen = old.seen;
  heir.given_away = old.given_away;
  heir.swept_at = old.swept_at;
  heir.doomed = old.doomed;
  heir.gone = old.gone;
  heir.retirements = old.retirements;
  heir.missed = old.missed;
  heir.suspects = old.suspects;
  heir.rumoured = old.rumoured;
  heir.checks_passed = old.checks_passed;
  heir.impaired = old.impaired;
  heir.statuses_swept_at = old.statuses_swept_at;
  heir.ailing = old.ailing;
  heir.marked_doomed = old.marked_doomed;
}

// As safe as another keeper's knowledge, which may be older: whatever is written meets the
// condition. It is read again at once, for what the old brain wrote last.
void inherit_ledger(GroupState& heir, const GroupState& old) {
  heir.ledger = old.ledger;
  heir.ledger.read_began = base::Instant();
  heir.ledger_ids = old.ledger_ids;
  heir.named_at = old.named_at;
  heir.incarnation_known_at = old.incarnation_known_at;
  heir.rivals = old.rivals;
  heir.differs_since = old.differs_since;
  heir.filled = old.filled;
}

// A file that was changed may have mended it.
void inherit_failures(GroupState& heir, const GroupState& old) {
  if (heir.spec != old.spec) return;
  heir.slot_waits = old.slot_waits;
  heir.crash_loop = old.crash_loop;
  heir.troubles = old.troubles;
  heir.cautions = old.cautions;
}

void inherit_targets(GroupState& heir, const GroupState& old) {
  for (const model::TargetGroupRef& ref : heir.spec.target_groups)
    if (const auto view = old.targets.find(ref.arn); view != old.targets.end()) {
      heir.targets[ref.arn] = view->second;
      // The file may want another drain time now.
      heir.targets[ref.arn].attributes_read_at = base::Instant();
    }
}

// Each only where the file asks for the same.
void inherit_facts(GroupState& heir, const GroupState& old) {
  if (heir.spec.subnets == old.spec.subnets) {
    heir.zones = old.zones;
    heir.zone_ids = old.zone_ids;
    heir.zones_read_at = old.zones_read_at;
  }
  if (heir.spec.launch_template == old.spec.launch_template &&
      heir.spec.machine == old.spec.machine) {
    heir.template_id = old.template_id;
    heir.template_version = old.template_version;
    heir.template_doubted_at = old.template_doubted_at;
  }
  if (heir.spec.requirements && heir.spec.requirements == old.spec.requirements) {
    heir.spec.types = old.spec.types;
    heir.offer_read_at = old.offer_read_at;
  }
  if (heir.asks_scores && heir.spec.types == old.spec.types) {
    heir.scores = old.scores;
    heir.scores_refused = old.scores_refused;
    heir.scores_read_at = old.scores_read_at;
  }
}

}  // namespace

void inherit(GroupState& heir, const GroupState& old) {
  inherit_machines(heir, old);
  inherit_ledger(heir, old);
  inherit_targets(heir, old);
  inherit_facts(heir, old);
  inherit_failures(heir, old);
}

}  // namespace control
