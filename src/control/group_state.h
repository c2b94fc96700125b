// GroupState: what the brain knows of one group. A value: everything here can be rebuilt from AWS,
// the ledger and the open incidents, so nothing is lost with it.
//
// Three kinds of knowledge stay apart: what was wanted (spec), what was decided (ledger), what was
// seen (seen, targets). Evidence that an instance is gone is final; absence is only a suspicion.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/call.h"
#include "model/command.h"
#include "model/group.h"
#include "model/incident.h"
#include "model/ledger_record.h"

namespace control {

struct Seen {
  model::Instance instance;
  base::Instant first;     // When we first saw it.
  base::Instant shown_at;  // When the read began that showed it so.
};

// Somebody said that this instance is being taken, or we saw that it ended.
struct Doom {
  model::IncidentKind kind = model::IncidentKind::kInterruption;
  base::Instant since;
  std::optional<base::Instant> deadline;
  std::string how;  // "warning", "spot-status", "reclaimed", "described", "absent", …
};

// AWS said long before when it ends or stops this instance.
struct Retirement {
  base::Instant said_at;  // By AWS's clock: its words come out of order.
  base::Instant since;    // When we heard it first.
  std::optional<base::Instant> date;
  std::string event_arn;  // Names the change; empty after a restart.
  std::string how;        // "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", …
  bool is_called_off = false;
};

struct LedgerView {
  bool known = false;     // Read or written by us, and not lost to a conflict since.
  bool unusable = false;  // Written by another version, or damaged: hands off.
  std::optional<std::string> etag;
  std::optional<model::LedgerRecord> record;  // Absent: no record exists.
  base::Instant read_began;                   // Begin of the last read that succeeded.
  base::Instant wrote_at;                     // End of our last write: an older read says nothing.
  // The marks of this life's last writes, landed or not: a newer record by a keeper of our name
  // that has none of them is a namesake's.
  std::deque<std::string> nonces;
  std::string abandoned;  // An incarnation of which an old version was put back: it counts as lost.
  int namesakes = 0;
};

// What AWS says of the Spot requests of one launch. What comes of them bears no tags of ours until
// we give it some.
struct SpotRequests {
  std::map<model::SpotRequestId, model::SpotRequest> shown;
  std::set<model::SpotRequestId> cancelled;  // By us.
  std::set<model::InstanceId> tagged;
  std::string waits_for;  // The last status code that one of them waited with.
  base::Instant requested_at, looked_at;
};

// How an open launch of ours is going. Kept until the ledger no longer has the entry.
struct LaunchProgress {
  enum class Phase {
    kToSubmit,
    kRequested,  // Spot requests stand, and AWS decides about each.
    kSearching,
    kSettled,
  };
  Phase phase = Phase::kToSubmit;
  std::vector<model::InstanceId> came;  // Sorted; what kSettled assigns.
  std::string outcome;                  // "launched", "failed", "died", "lost"
  std::set<model::Pool> dry;            // Pools that had no capacity: they cool down.
  int searches = 0;
  base::Instant search_began;
  base::Instant settled_at;
  SpotRequests spot;  // Of a launch that made some.
  // Of an adoption from an Auto Scaling group: what is known of the machine's place there.
  enum class Membership {
    kUnknown,  // AWS is asked.
    kToLeave,  // To be detached.
    kLeft,
  };
  Membership membership = Membership::kUnknown;
  base::Instant vetted_at;             // When AWS last showed it as one to adopt.
  std::optional<base::Error> refusal;  // Why it could not be detached.
};

// The keeper's own launch template, on the way to the version that the group's machine needs.
struct OwnTemplate {
  enum class Step { kFind, kCreate, kReadLatest, kSearch, kAddVersion };
  Step step = Step::kFind;
  model::PageToken page;  // Where a search of all versions goes on.
  int64_t found = 0;      // The highest version of ours in the pages so far,
  int64_t forged = 0;     // and the highest with our mark that is not.
};

// A Spot request of ours that no open launch waits for.
struct StrayRequest {
  base::Instant since;
  model::InstanceId instance;  // Empty while none has come.
  std::vector<model::Tag> tags;
};

struct TargetView {
  bool known = false;
  base::Instant read_began, read_ended;
  std::map<model::InstanceId, model::TargetHealth> health;
  // When our last registration or deregistration of it completed: a read begun earlier says
  // nothing. Forgotten with a read that began later.
  std::map<model::InstanceId, base::Instant> touched;
  // After a refusal that one bad target may have caused, they are registered one by one.
  bool one_by_one = false;
  std::optional<base::Duration> drain;  // deregistration_delay.timeout_seconds
  base::Instant attributes_read_at;
  base::Instant drain_asked_at;  // When we last wanted it changed,
  base::Instant drain_set_at;    // and when AWS had done so.
};

// A machine that failed its checks at every look between these two.
struct Ailment {
  base::Instant since, last;
  std::string how;  // "status-checks", "Target.FailedHealthChecks", …
};

struct PendingCommand {
  model::Command command;
  base::Instant answer_by;
  std::vector<std::string> nonces = {};  // Of the ledger writes that had it.
  // What AWS shows under the name of the Auto Scaling group whose members are to be adopted, once
  // it was asked: one group, or none.
  std::optional<std::vector<model::AutoScalingGroup>> scaling = {};
  // What AWS shows of the machines to be adopted, once it was asked.
  std::optional<std::vector<model::Instance>> found = {};
  std::string hindrance = {};  // Why they are nobody's to adopt, or AWS does not tell of them.
  bool is_stored = false;
};

enum class LaunchTrouble {
  kDry,          // Lack of capacity: another pool may be tried at once.
  kDryOnDemand,  // On-demand has none either.
  kRefused,      // Anything else that AWS said no to.
  kEnds,         // It launches, and ends unasked soon after.
};

// A slot whose launches keep failing is tried less and less often.
struct SlotWait {
  int failures = 0;
  LaunchTrouble trouble = LaunchTrouble::kDry;
  base::Instant until;

  // Twice as long as the last time, between `first` and `longest`.
  void fail(base::Instant now, base::Duration first, base::Duration longest, LaunchTrouble what);
};

// Machines of one template version that ended or failed young. Each slot waits by itself; while no
// machine of the version lasts, the group tries one at a time.
struct CrashLoop {
  static constexpr int kProof = 3;

  int64_t version = 0;
  int failures = 0;
  base::Instant since;  // The first of them.
  SlotWait wait;
};

// Another ledger, of whose launches machines came between these two times.
struct Rival {
  base::Instant first, last;
};
using Rivals = std::map<std::string, Rival>;  // By incarnation.

struct GroupState {
  std::string deployment;  // Only machines with its tag are ours.
  model::KeeperName keeper;
  model::GroupSpec spec;
  uint64_t looks = 0;  // Turns that decided for it: a picture of it lasts until the next one.
  base::Instant looked_at;
  LedgerView ledger;
  base::Instant incarnation_known_at;          // When we first heard of the record's incarnation.
  Rivals rivals;                               // See rival.h.
  std::optional<base::Instant> differs_since;  // Another keeper's file, from ours.
  std::set<model::InstanceId> ledger_ids;      // Holders and leavers of the record.
  std::map<model::InstanceId, base::Instant> named_at;  // When we first read their names there.
  std::map<uint64_t, LaunchProgress> launches;          // By n, of the current incarnation.
  std::map<model::SlotName, SlotWait> slot_waits;
  // When we opened the last launch that brought all it asked for.
  std::map<model::SubnetId, base::Instant> filled;
  CrashLoop crash_loop;

  std::map<model::InstanceId, Seen> seen;  // Ours by tag, live or lately ended.
  // Holders and leavers whose tags are not ours any more, and when the read began that showed it.
  std::map<model::InstanceId, base::Instant> given_away;
  base::Instant swept_at;  // Begin of the last complete sweep.
  std::map<model::InstanceId, Doom> doomed;
  std::map<model::InstanceId, base::Instant> gone;  // Ended for certain.
  std::map<model::InstanceId, Retirement> retirements;
  std::set<model::InstanceId> missed;  // Of those gone: not shown to end, but no longer found.
  // Instances whose sweep absence must be confirmed by id.
  std::set<model::InstanceId> suspects;
  // Instances that are said to have ended, and until when AWS is asked about each.
  std::map<model::InstanceId, base::Instant> rumoured;
  // Without a target group, an instance serves when both status checks pass.
  std::set<model::InstanceId> checks_passed;

  // EC2's status checks failed at the last sweep of them; until there was one nothing is known.
  std::set<model::InstanceId> impaired;
  base::Instant statuses_swept_at;
  std::map<model::InstanceId, Ailment> ailing;  // Holders that fail.

  std::map<model::TargetGroupArn, TargetView> targets;
  std::map<model::SubnetId, model::Zone> zones;
  base::Instant zones_read_at;
  std::map<model::ZoneId, model::Zone> zone_ids;  // Of the same zones.
  // AWS's placement scores: see scores.h.
  bool asks_scores = false;
  bool scores_refused = false;
  std::map<model::Zone, int> scores;
  base::Instant scores_read_at;
  model::LaunchTemplateId template_id;  // Empty until it is known.
  std::optional<int64_t> template_version;
  base::Instant template_read_at;
  // Since when machines are to be exchanged: people do so when there is a new version, so none is
  // by a version that was read before.
  std::optional<base::Instant> template_doubted_at;
  OwnTemplate own_template;

  // Of a group with requirements: what AWS offers, page by page; who meets them is in spec.types.
  std::vector<model::InstanceTypeInfo> offered;
  model::PageToken offer_page;
  base::Instant offer_read_at;
  std::map<model::SpotRequestId, StrayRequest> stray_requests;

  std::vector<PendingCommand> commands;                    // Not answered yet.
  std::map<model::IncidentId, model::Incident> incidents;  // Open ones.
  std::set<model::IncidentId> changed_incidents;
  std::set<model::IncidentId> logged_incidents;  // Open ones that operators have read of.
  base::Instant polled_at, status_polled_at, prices_read_at;
  base::Instant poll_began;                   // Of the last one that was answered.
  base::Instant poll_asked_at;                // When we last heard that something moved.
  model::PageToken price_page;                // Where a price read that took several pages goes on.
  std::set<model::InstanceId> marked_doomed;  // Carries the tag that tells people so.
  // What fails until a person acts, by what was asked for; see troubles.h.
  std::map<std::string, std::string> troubles;
  // What works, but less well than it could.
  std::map<std::string, std::string> cautions;

  // The record to act on, or nothing while it is unknown.
  const model::LedgerRecord* record() const {
    return ledger.known && ledger.record ? &*ledger.record : nullptr;
  }
  // For people: what it said last, also while nobody may act on it.
  const model::LedgerRecord* last_record() const {
    return ledger.record && !ledger.unusable ? &*ledger.record : nullptr;
  }
  bool is_ours(const model::InstanceId& id) const {
    return seen.contains(id) || ledger_ids.contains(id);
  }
  bool is_gone(const model::InstanceId& id) const { return gone.contains(id); }
  bool is_doomed(const model::InstanceId& id) const { return doomed.contains(id); }
  bool is_given_away(const model::InstanceId& id) const { return given_away.contains(id); }
  // True when the last complete sweep, or a later read, showed it with our tags.
  bool is_shown(const model::InstanceId& id) const {
    const auto found = seen.find(id);
    return found != seen.end() && found->second.shown_at >= swept_at;
  }
  const model::Instance* find(const model::InstanceId& id) const {
    const auto found = seen.find(id);
    return found == seen.end() ? nullptr : &found->second.instance;
  }
};

// True when a keeper, not AWS, wants the instance replaced: it stays in the balancer until then.
bool is_replaced_by_choice(const Doom& doom);

// True when a leaver's replacement serves in its place, and AWS has not said that it takes that one
// too.
bool is_relieved(const GroupState& group, const model::Retiring& entry);

// A leaver that came for a machine that fails, and failed too: the older one stays instead.
bool is_superseded(const GroupState& group, const model::Retiring& entry);

// When AWS takes a leaver: what was heard since goes before what the ledger remembers.
std::optional<base::Instant> deadline_of(const GroupState& group, const model::Retiring& entry);

// True when the instance does what the group is for: it runs, and is healthy in every target group
// or, without one, passes both status checks.
bool serves(const GroupState& group, const model::InstanceId& id);

// Holders that serve and are not about to be taken. A doomed or retiring machine is never among
// them, so for one of those this is "how many others serve".
int healthy_holders(const GroupState& group);

// A former holder that serves on beside its replacement until AWS takes it: replaced ahead of an
// interruption that has not been announced. Until when, or nothing.
std::optional<base::Instant> stays_until(const GroupState& group, const model::Retiring& entry,
                                         base::Instant now);

// True for a slot that the configuration wants; none of a retired group's.
bool is_wanted_slot(const GroupState& group, const model::SlotName& slot);

// Watched only, by a person's word.
bool is_paused(const GroupState& group);
// Left alone, by a person's word.
bool is_on_hold(const GroupState& group, const model::SlotName& slot);

// How many must serve before one that nobody replaces may go.
int least_healthy(const GroupState& group);

}  // namespace control
