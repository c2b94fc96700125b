#include "control/commands.h"

#include <algorithm>
#include <string>

#include "control/adoption.h"
#include "control/origin.h"
#include "model/launch_request.h"

namespace control {
namespace {

using base::Instant;
using model::Command;
using model::CommandKind;
using model::LedgerRecord;
using model::SlotName;

base::Status refuse(std::string why) { return base::fail("CommandRefused", std::move(why)); }

base::Status hold(const SlotName& slot, LedgerRecord& record, Instant now) {
  record.holds.try_emplace(slot, now);
  return {};
}

bool can_be_exchanged(const GroupState& group, const LedgerRecord& record, const SlotName& slot) {
  const auto holder = record.holders.find(slot);
  return holder != record.holders.end() && !group.is_gone(holder->second.instance) &&
         !record.holds.contains(slot);
}

base::Status exchange(const GroupState& group, const SlotName& slot, LedgerRecord& record) {
  if (record.holds.contains(slot)) return refuse(slot.str() + " is on hold; release it first");
  if (!can_be_exchanged(group, record, slot))
    return refuse(slot.str() + " has no machine to exchange; one is launched as soon as it can be");
  record.exchanging[slot] = record.holders.at(slot).instance;
  return {};
}

bool is_outdated(const GroupState& group, const model::Holder& holder) {
  const model::Instance* instance = group.find(holder.instance);
  const int64_t version =
      instance ? version_of(group, *instance, holder.template_version) : holder.template_version;
  return version != *group.template_version && version != kUnknownVersion;
}

base::Status exchange_many(const GroupState& group, CommandKind kind, LedgerRecord& record) {
  if (!group.template_version)
    return refuse("the launch template of " + group.spec.name.str() + " has not been read yet");
  for (const auto& [slot, holder] : record.holders)
    if (can_be_exchanged(group, record, slot) &&
        (kind == CommandKind::kReplaceAll || is_outdated(group, holder)))
      record.exchanging[slot] = holder.instance;
  return {};
}

void resume(LedgerRecord& record) {
  record.paused_since.reset();
  record.retired_at.reset();
}

base::Status retire(const GroupState& group, LedgerRecord& record, Instant now) {
  if (record.paused_since) return refuse(group.spec.name.str() + " is paused; resume it first");
  if (!record.holds.empty())
    return refuse(record.holds.begin()->first.str() + " is on hold; release it first");
  // Another may keep them yet, and retiring ends what is the group's.
  if (std::any_of(record.open.begin(), record.open.end(), is_adoption))
    return refuse(group.spec.name.str() + " is adopting machines; retire it once it has them");
  if (!record.retired_at) record.retired_at = now;
  record.exchanging.clear();
  return {};
}

base::Status outcome_unknown() {
  return base::fail("OutcomeUnknown",
                    "the ledger was written by others meanwhile, or has not answered; `group show` "
                    "tells whether it took effect",
                    base::Retry::kBackoff);
}

// What is so already.
std::string state_wanted_by(const Command& command) {
  const std::string& subject = command.subject;
  const std::string others =
      subject + " has no machine that is neither on hold nor being exchanged already";
  switch (command.kind) {
    case CommandKind::kHold: return subject + " is on hold already";
    case CommandKind::kRelease: return subject + " is not on hold";
    case CommandKind::kReplace: return subject + " is being exchanged already";
    case CommandKind::kReplaceAll: return others;
    case CommandKind::kReplaceOld: return others + " and is of another version";
    case CommandKind::kStopReplacing: return "no replacement is under way in " + subject;
    case CommandKind::kPause: return subject + " is paused already";
    case CommandKind::kResume: return subject + " is neither paused nor retired";
    case CommandKind::kRetire: return subject + " is retired already";
    case CommandKind::kAdopt: break;
  }
  return subject + " is so already";
}

base::Status already_so(const Command& command) {
  // Who adopts is shown the slots in any case.
  if (command.kind == CommandKind::kAdopt) return {};
  return base::fail(kAlreadySo, state_wanted_by(command) + ": there was nothing to do");
}

bool is_about_versions(CommandKind kind) {
  return kind == CommandKind::kReplaceAll || kind == CommandKind::kReplaceOld;
}

// False until AWS has told of the machines that are to be adopted, or will not; and of the version
// that the others are to be exchanged for.
bool can_be_applied(const GroupState& group, const PendingCommand& pending) {
  if (is_about_versions(pending.command.kind)) return !group.template_doubted_at;
  return pending.command.kind != CommandKind::kAdopt || pending.found || !pending.hindrance.empty();
}

base::Status too_late(const GroupState& group, const PendingCommand& pending) {
  if (!can_be_applied(group, pending)) {
    const std::string what =
        is_about_versions(pending.command.kind) ? "the launch template's version" : "the machines";
    return base::fail("NotAnswered", "AWS has not told of " + what + " in time; try again",
                      base::Retry::kBackoff);
  }
  if (pending.nonces.empty())
    return base::fail("LedgerUnavailable",
                      "the ledger could not be written in time, so nothing was changed; try again",
                      base::Retry::kBackoff);
  return outcome_unknown();
}

}  // namespace

bool is_so(const base::Status& answer) { return answer || answer.error().code == kAlreadySo; }

base::Status apply(const Command& command, const GroupState& group, LedgerRecord& record,
                   Instant now) {
  const SlotName slot(command.subject);
  switch (command.kind) {
    case CommandKind::kHold: return hold(slot, record, now);
    case CommandKind::kRelease: record.holds.erase(slot); return {};
    case CommandKind::kReplace: return exchange(group, slot, record);
    case CommandKind::kReplaceAll:
    case CommandKind::kReplaceOld: return exchange_many(group, command.kind, record);
    case CommandKind::kStopReplacing: record.exchanging.clear(); return {};
    case CommandKind::kPause:
      if (record.retired_at)
        return refuse(group.spec.name.str() +
                      " is retired: its machines end; `group resume` fills its slots anew");
      if (!record.paused_since) record.paused_since = now;
      return {};
    case CommandKind::kResume: resume(record); return {};
    case CommandKind::kRetire: return retire(group, record, now);
    case CommandKind::kAdopt: break;
  }
  return {};
}

void take_command(GroupState& group, Command command, const Timing& timing, Instant now) {
  if (is_about_versions(command.kind) || command.kind == CommandKind::kReplace)
    group.template_doubted_at = now;
  group.commands.push_back({std::move(command), now + timing.command_time});
}

namespace {

base::Status apply(const PendingCommand& pending, const GroupState& group,
                   const LedgerContext& context, LedgerRecord& record, Instant now) {
  if (pending.command.kind == CommandKind::kAdopt)
    return adopt(pending, group, context, record, now);
  return apply(pending.command, group, record, now);
}

bool came_after_read(const GroupState& group, const PendingCommand& pending, const Timing& timing) {
  return group.ledger.read_began < pending.answer_by - timing.command_time;
}

}  // namespace

bool must_read_for_commands(const GroupState& group, const Timing& timing) {
  return std::any_of(
      group.commands.begin(), group.commands.end(),
      [&](const PendingCommand& pending) { return came_after_read(group, pending, timing); });
}

std::vector<model::CommandId> apply_waiting(const GroupState& group, const LedgerContext& context,
                                            LedgerRecord& record, Instant now) {
  std::vector<model::CommandId> applied;
  for (const PendingCommand& pending : group.commands)
    if (!pending.is_stored && can_be_applied(group, pending) &&
        apply(pending, group, context, record, now))
      applied.push_back(pending.command.id);
  return applied;
}

void answer_commands(GroupState& group, const LedgerContext& context, Decisions& out, Instant now) {
  const auto answer = [&](const PendingCommand& pending, base::Status status) {
    out.answers.push_back({pending.command.id, std::move(status)});
    return true;
  };
  std::erase_if(group.commands, [&](const PendingCommand& pending) {
    if (pending.is_stored) return answer(pending, {});
    if (const LedgerRecord* record = group.record(); record && can_be_applied(group, pending)) {
      LedgerRecord copy = *record;
      const base::Status status = apply(pending, group, context, copy, now);
      if (!status && !pending.nonces.empty()) return answer(pending, outcome_unknown());
      // By a record that nobody has changed since the order came.
      const bool is_fresh = !came_after_read(group, pending, context.timing);
      if (is_fresh && !status) return answer(pending, status);
      if (is_fresh && copy == *record) return answer(pending, already_so(pending.command));
    }
    if (now >= pending.answer_by) return answer(pending, too_late(group, pending));
    out.wake_at = std::min(out.wake_at, pending.answer_by);
    return false;
  });
}

}  // namespace control
