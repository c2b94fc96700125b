#include <algorithm>

#include "base/check.h"
#include "control/adoption.h"
#include "control/answers.h"
#include "control/departure.h"
#include "control/incidents.h"
#include "control/ledger_sanity.h"
#include "control/troubles.h"
#include "model/aws_error.h"

namespace control {
namespace {

using base::Instant;
using model::InstanceId;

void tell_commits(GroupState& group, const model::LedgerRecord* before,
                  const model::LedgerRecord& after, Instant now) {
  if (group.incidents.empty()) return;
  std::map<model::SlotName, InstanceId> replaced;
  for (const auto& [slot, holder] : after.holders) {
    if (before) {
      const auto old = before->holders.find(slot);
      if (old != before->holders.end() && old->second.instance == holder.instance) continue;
    }
    replaced.emplace(slot, holder.instance);
  }
  tell_replaced(group, replaced, now);
  SlotDetails decided;
  for (const model::OpenLaunch& entry : after.open) {
    const auto known = [&](const model::OpenLaunch& other) { return other.n == entry.n; };
    if (before && std::any_of(before->open.begin(), before->open.end(), known)) continue;
    for (const model::SlotName& slot : entry.slots) decided[slot] = to_string(entry.pool);
  }
  tell_slots(group, decided, "launch-decided", now);
}

// Progress belongs to entries that are open and ours. Of an entry that another keeper took over
// only one thing may be kept: that instances came.
void prune_progress(GroupState& group, const model::KeeperName& keeper) {
  std::map<uint64_t, LaunchProgress> kept;
  for (const model::OpenLaunch& entry : group.ledger.record->open) {
    const auto progress = group.launches.find(entry.n);
    if (progress == group.launches.end()) continue;
    if (entry.submitter == keeper || !progress->second.came.empty())
      kept.insert(std::move(*progress));
  }
  group.launches = std::move(kept);
}

// True when another keeper was told to exchange machines.
bool is_told_to_exchange(const std::optional<model::LedgerRecord>& before,
                         const model::LedgerRecord& after, const model::KeeperName& keeper) {
  if (after.writer == keeper || after.exchanging.empty()) return false;
  return !before || !std::includes(before->exchanging.begin(), before->exchanging.end(),
                                   after.exchanging.begin(), after.exchanging.end());
}

void forget_ledger(GroupState& group) { group.ledger.known = false; }

// Whoever left the record without having ended was given away: only what AWS shows from now on says
// whose it is.
void forget_given_away(GroupState& group, const std::set<InstanceId>& named_before) {
  for (const InstanceId& id : named_before)
    if (!group.ledger_ids.contains(id) && !group.is_gone(id)) group.seen.erase(id);
}

// For operators: our own write freed the slots of machines that are somebody else's now.
void remark_given_away(const GroupState& group, const std::set<InstanceId>& given,
                       const AnswerContext& context) {
  for (const InstanceId& id : given)
    if (!group.ledger_ids.contains(id))
      remark(context, base::LogLevel::kInfo, "given-away",
             {{"group", group.spec.name.str()}, {"instance", id.str()}});
}

// Enough for people; a storm's launch brings a hundred.
template <class Items>
std::string first_of(const Items& items) {
  constexpr size_t kMostNamed = 10;
  std::string text;
  size_t count = 0;
  for (const auto& item : items) {
    if (count++ >= kMostNamed) continue;
    if (!text.empty()) text += ' ';
    text += item.str();
  }
  if (count > kMostNamed) text += " and " + std::to_string(count - kMostNamed) + " more";
  return text;
}

void remark_launch(const model::OpenLaunch& entry, const model::LedgerRecord& record,
                   const AnswerContext& context) {
  remark(context, base::LogLevel::kInfo, "launch-decided",
         {{"group", record.group.str()},
          {"launch", std::to_string(entry.n)},
          {"slots", first_of(entry.slots)},
          {"pool", to_string(entry.pool)},
          {"lifecycle", std::string(to_string(entry.lifecycle))}});
}

// What came of a launch, when it is committed to slots.
void remark_commits(const model::LedgerRecord& before, const model::LedgerRecord& after,
                    const AnswerContext& context) {
  std::map<uint64_t, std::pair<std::vector<InstanceId>, std::vector<model::SlotName>>> came;
  for (const auto& [slot, holder] : after.holders) {
    const auto old = before.holders.find(slot);
    if (old != before.holders.end() && old->second.instance == holder.instance) continue;
    came[holder.n].first.push_back(holder.instance);
    came[holder.n].second.push_back(slot);
  }
  for (const auto& [n, what] : came)
    remark(context, base::LogLevel::kInfo, "committed",
           {{"group", after.group.str()},
            {"launch", std::to_string(n)},
            {"instances", first_of(what.first)},
            {"slots", first_of(what.second)}});
}

// Rare turns of the launch protocol, for operators and for the simulator's marks.
void remark_turns(const GroupState& group, const std::optional<model::LedgerRecord>& before,
                  const AnswerContext& context) {
  const auto say = [&](const char* what, uint64_t n) {
    remark(context, base::LogLevel::kInfo, what,
           {{"group", group.spec.name.str()}, {"launch", std::to_string(n)}});
  };
  const std::optional<model::LedgerRecord>& after = group.ledger.record;
  if (!after) return;
  if (!before || before->incarnation != after->incarnation) say("ledger-begun", after->counter);
  if (!before) return;
  for (const model::OpenLaunch& entry : after->open)
    if (entry.n > before->counter && !is_adoption(entry)) remark_launch(entry, *after, context);
  remark_commits(*before, *after, context);
  for (const model::OpenLaunch& entry : after->open)
    for (const model::OpenLaunch& old : before->open) {
      if (old.n != entry.n) continue;
      if (old.submitter != entry.submitter)
        say("launch-taken-over", entry.n);
      else if (old.submit_before != entry.submit_before)
        say("launch-renewed", entry.n);
    }
  for (const model::OpenLaunch& entry : after->open)
    if (entry.lifecycle == model::Lifecycle::kOnDemand && entry.n > before->counter &&
        !is_adoption(entry))
      say("launch-on-demand", entry.n);
  for (const auto& [slot, when] : after->returned)
    if (!before->returned.contains(slot)) say("returning-to-spot", after->counter);
  for (const model::Retiring& entry : after->retiring)
    if (entry.reason == "unplaced" && std::find(before->retiring.begin(), before->retiring.end(),
                                                entry) == before->retiring.end())
      say("instance-unplaced", after->counter);
}

// An old version put back in the place of the one we know: it names machines that are gone, and not
// those that serve. It is worth no more than a lost one.
bool went_back(GroupState& group, const model::LedgerRecord& record) {
  const auto& known = group.ledger.record;
  if (known && known->incarnation == record.incarnation && record.revision < known->revision)
    group.ledger.abandoned = record.incarnation;
  return group.ledger.abandoned == record.incarnation;
}

// Twice, because a write of an earlier life may still have been on its way.
constexpr int kNamesakeProof = 2;

// Two keepers of one name are as safe as two of different names, but neither can tell the other's
// launches from its own, and more of them end as surplus.
void watch_for_namesake(GroupState& group, const model::LedgerRecord& record,
                        const AnswerContext& context) {
  LedgerView& ledger = group.ledger;
  const bool is_newer = ledger.record && record.revision > ledger.record->revision;
  const bool is_ours =
      std::find(ledger.nonces.begin(), ledger.nonces.end(), record.nonce) != ledger.nonces.end();
  if (!is_newer || is_ours || record.writer != context.keeper) return;
  if (++ledger.namesakes < kNamesakeProof) return;
  if (begin_trouble(group, kNamesakeTrouble,
                    "another keeper is also called " + context.keeper.str() +
                        "; give each its own name in [keeper], and restart them"))
    remark(context, base::LogLevel::kError, "keeper-namesake",
           {{"group", group.spec.name.str()}, {"keeper", context.keeper.str()}});
}

void ledger_read(GroupState& group, const model::LedgerVersion& version,
                 const model::CallCompleted& completed, const AnswerContext& context) {
  if (completed.began <= group.ledger.wrote_at)
    return context.board.not_before({WorkKind::kReadLedger, group.spec.name.str()},
                                    group.ledger.wrote_at + base::Duration::millis(1));
  std::optional<model::LedgerRecord> record;
  if (version.etag) {
    auto parsed = model::parse_ledger_record(version.record);
    if (parsed)
      if (std::string why = implausible(*parsed, group.spec.name, context.now); !why.empty())
        parsed = base::fail("LedgerImplausible", std::move(why));
    if (!parsed) {
      group.ledger.unusable = true;
      forget_ledger(group);
      const bool is_news =
          begin_trouble(group, kLedgerTrouble,
                        parsed.error().message +
                            "; nothing is done until the record is mended, or deleted: then it is "
                            "rebuilt from the machines' tags");
      context.board.not_before({WorkKind::kReadLedger, group.spec.name.str()},
                               context.now + context.timing.resync);
      return remark(context, is_news ? base::LogLevel::kError : base::LogLevel::kDebug,
                    "ledger-unusable",
                    {{"group", group.spec.name.str()}, {"why", parsed.error().message}});
    }
    record = *std::move(parsed);
    if (went_back(group, *record)) {
      remark(context, base::LogLevel::kError, "ledger-went-back",
             {{"group", group.spec.name.str()}, {"revision", std::to_string(record->revision)}});
      record.reset();
    }
  }
  group.ledger.unusable = false;
  end_trouble(group, kLedgerTrouble);
  if (record) watch_for_namesake(group, *record, context);
  group.ledger.etag = version.etag;
  group.ledger.read_began = completed.began;
  adopt_record(group, std::move(record), context.keeper, context.now);
}

}  // namespace

void adopt_record(GroupState& group, std::optional<model::LedgerRecord> record,
                  const model::KeeperName& keeper, Instant now) {
  const std::optional<model::LedgerRecord> before = std::move(group.ledger.record);
  const bool reborn = before && record && before->incarnation != record->incarnation;
  group.ledger.known = true;
  group.ledger.record = std::move(record);
  const std::set<InstanceId> named_before = std::exchange(group.ledger_ids, {});
  if (!before || reborn) {
    group.incarnation_known_at = now;
    group.rivals.clear();
    end_trouble(group, kRivalTrouble);
  }
  if (!group.ledger.record || reborn) {
    group.launches.clear();
    group.given_away.clear();
  }
  if (!group.ledger.record) return;
  const model::LedgerRecord& after = *group.ledger.record;
  for (PendingCommand& pending : group.commands)
    pending.is_stored |= std::find(pending.nonces.begin(), pending.nonces.end(), after.nonce) !=
                         pending.nonces.end();
  for (const auto& [slot, holder] : after.holders) group.ledger_ids.insert(holder.instance);
  for (const model::Retiring& entry : after.retiring) {
    group.ledger_ids.insert(entry.instance);
    // What another keeper, or an earlier life, knew of its end.
    if (entry.deadline)
      doom(group, entry.instance,
           {model::IncidentKind::kInterruption, entry.since, entry.deadline, "ledger"});
  }
  for (const InstanceId& id : group.ledger_ids) group.named_at.try_emplace(id, now);
  std::erase_if(group.named_at,
                [&](const auto& named) { return !group.ledger_ids.contains(named.first); });
  std::erase_if(group.given_away,
                [&](const auto& given) { return !group.ledger_ids.contains(given.first); });
  if (before && !reborn) forget_given_away(group, named_before);
  if (is_told_to_exchange(before, after, keeper)) group.template_doubted_at = now;
  prune_progress(group, keeper);
  forget_stranded(group, keeper);
  open_incidents(group, now);
  tell_commits(group, before ? &*before : nullptr, after, now);
}

namespace {

// That nothing was written.
bool is_certain(const base::Error& error) {
  return error.retry == base::Retry::kNever || error.retry == base::Retry::kBackoff ||
         error.code == model::kLedgerConflict;
}

// The commands in it are as if it had never been tried.
void forget_attempt(GroupState& group, const model::LedgerWrite& write) {
  const auto record = model::parse_ledger_record(write.record);
  CHECK(record);
  for (PendingCommand& pending : group.commands) std::erase(pending.nonces, record->nonce);
}

}  // namespace

void ledger_answered(GroupState& group, const Flight& flight, const model::CallCompleted& completed,
                     const AnswerContext& context) {
  if (const auto* write = std::get_if<model::LedgerWrite>(&flight.call)) {
    // After a conflict, or an outcome nobody knows, what is stored now is what counts.
    if (!completed.result) {
      forget_ledger(group);
      if (is_certain(completed.result.error())) forget_attempt(group, *write);
    }
    if (!completed.result && completed.result.error().code == model::kLedgerConflict) return;
    const auto* version = reply_of<model::LedgerVersion>(group, flight, completed, context);
    if (!version)
      return context.board.retry_later({WorkKind::kReadLedger, group.spec.name.str()}, context.now);
    auto record = model::parse_ledger_record(write->record);
    CHECK(record);
    group.ledger.etag = version->etag;
    group.ledger.read_began = completed.began;
    group.ledger.wrote_at = completed.ended;
    const std::optional<model::LedgerRecord> before = group.ledger.record;
    std::set<InstanceId> given;
    for (const auto& [id, began] : group.given_away) given.insert(id);
    adopt_record(group, *std::move(record), context.keeper, context.now);
    remark_given_away(group, given, context);
    return remark_turns(group, before, context);
  }
  if (const auto* version = reply_of<model::LedgerVersion>(group, flight, completed, context))
    ledger_read(group, *version, completed, context);
}

}  // namespace control
