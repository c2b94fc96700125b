#include "control/orphan_requests.h"

#include <algorithm>
#include <string>
#include <utility>

#include "control/ledger_sanity.h"

namespace control {
namespace {

using base::Instant;
using model::SpotRequest;

// More is no remainder of a group but somebody's tags gone wrong; the next sweeps show the others.
constexpr size_t kMostOrphans = 1000;

// Tags are anybody's to write, and the name becomes part of a path.
bool is_group_name(const std::string& name) {
  constexpr size_t kMost = 31;
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= kMost && is_small(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_small(c) || (c >= '0' && c <= '9') || c == '-'; });
}

// True while a keeper may still wait for it. From one horizon after the launch was opened every
// keeper that has it cancels what is open; a second one is for clocks that differ.
bool is_awaited(const SpotRequest& request, const model::LedgerRecord& record, const Timing& timing,
                Instant now) {
  const auto launch = model::parse_launch_id(*model::find_tag(request.tags, model::kLaunchTag));
  if (launch->incarnation != record.incarnation) return false;
  return launch->n > record.counter ||
         std::any_of(record.open.begin(), record.open.end(), [&](const model::OpenLaunch& entry) {
           return entry.n == launch->n && now < entry.opened_at + timing.horizon * 2;
         });
}

}  // namespace

bool is_about_orphans(WorkKind kind) {
  return kind == WorkKind::kReadOrphanLedger || kind == WorkKind::kReadOrphans ||
         kind == WorkKind::kCancelOrphan || kind == WorkKind::kTagOrphan;
}

void OrphanRequests::seen(const SpotRequest& request, Instant now) {
  const std::string* group = model::find_tag(request.tags, model::kGroupTag);
  const std::string* launch = model::find_tag(request.tags, model::kLaunchTag);
  if (!group || !is_group_name(*group) || !launch || !model::parse_launch_id(*launch)) return;
  shown_.insert(request.id);
  if (!orphans_.contains(request.id) && orphans_.size() >= kMostOrphans) return;
  Orphan& orphan = orphans_.try_emplace(request.id, Orphan{request, model::GroupName(*group), now})
                       .first->second;
  orphan.request = request;
}

void OrphanRequests::sweep_ended() {
  std::erase_if(orphans_, [&](const auto& orphan) { return !shown_.contains(orphan.first); });
  shown_.clear();
  std::erase_if(ledgers_, [&](const auto& ledger) {
    return std::none_of(orphans_.begin(), orphans_.end(),
                        [&](const auto& orphan) { return orphan.second.group == ledger.first; });
  });
}

bool OrphanRequests::is_busy() const {
  return std::any_of(orphans_.begin(), orphans_.end(),
                     [](const auto& orphan) { return !orphan.second.is_settled; });
}

std::optional<bool> OrphanRequests::is_left_alone(const Orphan& orphan,
                                                  const WantContext& context) const {
  const auto ledger = ledgers_.find(orphan.group);
  // The entry of a launch is older than its requests: a read that is younger than those shows it.
  if (ledger == ledgers_.end() || ledger->second.read_began < orphan.since ||
      context.now >= ledger->second.read_began + context.ledger.timing.resync)
    return std::nullopt;
  if (!ledger->second.is_usable) return true;
  const std::optional<model::LedgerRecord>& record = ledger->second.record;
  return record && (record->paused_since ||
                    is_awaited(orphan.request, *record, context.ledger.timing, context.now));
}

void OrphanRequests::want(const WantContext& context) {
  model::Filter unknown{"instance-id", {}};
  for (const auto& [id, orphan] : orphans_) {
    if (orphan.is_settled) continue;
    const Instant due = orphan.since + context.ledger.timing.horizon;
    if (context.now < due) {
      context.out.wake_at = std::min(context.out.wake_at, due);
      continue;
    }
    const std::optional<bool> left_alone = is_left_alone(orphan, context);
    if (!left_alone) want_ledger_of(orphan, context);
    if (left_alone.value_or(true)) continue;
    if (orphan.request.instance.empty())
      context.board.start({WorkKind::kCancelOrphan, id.str()}, {},
                          model::CancelSpotInstanceRequests{{id}}, context.now, context.out);
    else if (orphan.needs_tags)
      want_tags_of(orphan, context);
    else if (unknown.values.size() < context.ledger.timing.most_filter_values)
      unknown.values.push_back(orphan.request.instance.str());
  }
  if (unknown.values.empty()) return;
  model::DescribeInstances look;
  look.filters = {std::move(unknown)};
  context.board.start({WorkKind::kReadOrphans, {}}, {}, std::move(look), context.now, context.out);
}

void OrphanRequests::want_ledger_of(const Orphan& orphan, const WantContext& context) {
  context.board.start({WorkKind::kReadOrphanLedger, orphan.group.str()}, {},
                      model::LedgerRead{orphan.group}, context.now, context.out);
}

void OrphanRequests::want_tags_of(const Orphan& orphan, const WantContext& context) {
  const std::string& machine = orphan.request.instance.str();
  std::vector<model::Tag> tags = orphan.request.tags;
  std::erase_if(tags, [](const model::Tag& tag) { return tag.key.starts_with("aws:"); });
  context.board.start({WorkKind::kTagOrphan, machine}, {},
                      model::CreateTags{{machine}, std::move(tags)}, context.now, context.out);
}

void OrphanRequests::take_ledger(const model::GroupName& group, const model::LedgerVersion& version,
                                 const model::CallCompleted& completed, Instant now) {
  Ledger& ledger = ledgers_[group];
  ledger = {completed.began, true, std::nullopt};
  if (!version.etag) return;
  auto record = model::parse_ledger_record(version.record);
  ledger.is_usable = record && implausible(*record, group, now).empty();
  if (ledger.is_usable) ledger.record = *std::move(record);
}

void OrphanRequests::take_machines(const std::vector<model::Instance>& machines) {
  for (const model::Instance& machine : machines)
    for (auto& [id, orphan] : orphans_) {
      if (orphan.request.instance != machine.id) continue;
      orphan.is_settled = machine.tag(model::kLaunchTag) || !model::is_live(machine.state);
      orphan.needs_tags = !orphan.is_settled;
    }
}

void OrphanRequests::settle(const model::InstanceId& machine) {
  for (auto& [id, orphan] : orphans_)
    if (orphan.request.instance == machine) orphan.is_settled = true;
}

void OrphanRequests::answered(const Flight& flight, const model::CallCompleted& completed,
                              const AnswerContext& context) {
  const std::string& subject = flight.key.subject;
  if (!completed.result) {
    context.board.retry_later(flight.key, context.now);
    return remark(context, base::LogLevel::kDebug, "call-failed",
                  {{"action", std::string(action_of(flight.call))},
                   {"subject", subject},
                   {"error", base::to_string(completed.result.error())}});
  }
  context.board.succeeded(flight.key);
  if (const auto* version = std::get_if<model::LedgerVersion>(&*completed.result))
    return take_ledger(model::GroupName(subject), *version, completed, context.now);
  if (const auto* reply = std::get_if<model::InstancesReply>(&*completed.result)) {
    // Who is not shown yet is asked for again, but not at once.
    context.board.not_before(flight.key, context.now + context.timing.resync);
    return take_machines(reply->instances);
  }
  const bool is_cancelled = flight.key.kind == WorkKind::kCancelOrphan;
  if (is_cancelled)
    orphans_.erase(model::SpotRequestId(subject));
  else
    settle(model::InstanceId(subject));
  remark(context, base::LogLevel::kWarn, is_cancelled ? "orphan-cancelled" : "orphan-tagged",
         {{"subject", subject}});
}

}  // namespace control
