#include "control/ledger_plan.h"

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>

#include "base/check.h"
#include "control/adoption.h"
#include "control/commands.h"
#include "control/evidence.h"
#include "control/launch_entry.h"
#include "control/retirements.h"
#include "market/ranking.h"
#include "model/adoption.h"

namespace control {
namespace {

using base::Instant;
using model::Holder;
using model::InstanceId;
using model::LedgerRecord;
using model::OpenLaunch;
using model::Retiring;
using model::SlotName;

// Why an on-demand machine leaves for a Spot one.
constexpr char kReturned[] = "returned-to-spot";
// Why one leaves that people wanted exchanged.
constexpr char kExchanged[] = "replaced";

constexpr base::Duration kBrakePeriod = base::Duration::hours(1);

// 32 letters that survive being read aloud; 13 of them carry 64 bits.
std::string random_name(base::Prng& prng) {
  constexpr char kLetters[] = "abcdefghjkmnpqrstuvwxyz023456789";
  std::string name;
  for (int i = 0; i < 13; ++i) name += kLetters[prng.below(32)];
  return name;
}

class Planner {
 public:
  Planner(const GroupState& group, const LedgerContext& context, base::Prng& prng, Instant now)
      : group_(group), context_(context), prng_(prng), now_(now) {}

  LedgerPlan run() {
    if (!group_.ledger.record) {
      begin_record();
    } else {
      next_ = *group_.ledger.record;
      strike_given_away(group_, next_);
      apply_waiting(group_, context_, next_, now_);
      adopt_while_rebuilding();
      settle_launches();
      forget_what_is_over();
      if (!next_.paused_since) change_course();
    }
    LedgerPlan plan;
    plan.look_again = look_again_;
    plan.is_braked = is_braked_;
    plan.is_looping = is_looping_;
    if (ready_ && (!group_.ledger.record || next_ != *group_.ledger.record)) {
      stamp();
      plan.next = std::move(next_);
    }
    return plan;
  }

 private:
  struct Need {
    SlotName slot;
    int index = 0;
    bool is_base = false;  // On-demand, whatever Spot has.
  };
  enum class Choice { kWait, kSpot, kOnDemand };

  void look_again_at(Instant at) { look_again_ = std::min(look_again_, at); }

  void change_course() {
    retire_unwanted();
    take_over();
    if (next_.retired_at) return;
    open_launches();
    return_to_spot();
  }

  void stamp() {
    ++next_.revision;
    next_.writer = context_.keeper;
    next_.nonce = random_name(prng_);
    next_.written_at = now_;
  }

  // No record: the ledger is new, or was lost. Nothing may be launched until every instance of an
  // earlier life has had time to show.
  void begin_record() {
    ready_ = group_.swept_at >= group_.ledger.read_began;
    if (!ready_) return;
    next_.group = group_.spec.name;
    next_.incarnation = random_name(prng_);
    next_.no_launch_before = now_ + context_.timing.horizon;
    // With machines of ours it is not new: its ledger was lost.
    if (group_.spec.begins_paused && group_.seen.empty()) next_.paused_since = now_;
    adopt_while_rebuilding();
  }

  // Until launches are allowed, instances with our tags fill the slots of their subnets: the
  // highest launch first, then the youngest.
  void adopt_while_rebuilding() {
    if (!next_.no_launch_before || now_ >= *next_.no_launch_before) return;
    std::vector<const model::Instance*> strays;
    const std::set<InstanceId> placed = named_in_record();
    for (const auto& [id, seen] : group_.seen)
      if (model::is_live(seen.instance.state) && !placed.contains(id) && !is_awaited(seen.instance))
        strays.push_back(&seen.instance);
    if (strays.empty()) return;
    const auto rank = [](const model::Instance* instance) {
      return std::tuple(launch_of(*instance).n, instance->launch_time, instance->id);
    };
    std::sort(strays.begin(), strays.end(),
              [&](const auto* a, const auto* b) { return rank(a) > rank(b); });
    auto free = free_slots();
    for (const model::Instance* stray : strays) adopt(*stray, free[stray->subnet]);
  }

  static model::LaunchId launch_of(const model::Instance& instance) {
    const std::string* tag = instance.tag(model::kLaunchTag);
    const auto id = tag ? model::parse_launch_id(*tag) : std::nullopt;
    return id.value_or(model::LaunchId{});
  }

  // What an open entry waits for is settled with it: a machine may be adopted meanwhile.
  bool is_awaited(const model::Instance& instance) const {
    const model::LaunchId launch = launch_of(instance);
    return launch.incarnation == next_.incarnation &&
           std::any_of(next_.open.begin(), next_.open.end(),
                       [&](const OpenLaunch& entry) { return entry.n == launch.n; });
  }

  std::set<InstanceId> named_in_record() const {
    std::set<InstanceId> ids;
    for (const auto& [slot, holder] : next_.holders) ids.insert(holder.instance);
    for (const Retiring& entry : next_.retiring) ids.insert(entry.instance);
    return ids;
  }

  // By subnet, in the order of the slots.
  std::map<model::SubnetId, std::deque<SlotName>> free_slots() const {
    std::map<model::SubnetId, std::deque<SlotName>> free;
    const std::set<SlotName> covered = covered_slots();
    for (int i = 0; i < group_.spec.capacity; ++i) {
      SlotName slot = model::slot_name(group_.spec.name, i);
      if (!next_.holders.contains(slot) && !covered.contains(slot))
        free[model::slot_subnet(group_.spec, i)].push_back(std::move(slot));
    }
    return free;
  }

  void adopt(const model::Instance& stray, std::deque<SlotName>& free) {
    const auto doom = group_.doomed.find(stray.id);
    if (doom != group_.doomed.end())
      // It serves until AWS takes it, or somebody else does.
      return add_retiring({stray.id, SlotName(), InstanceId(),
                           std::string(model::to_string(doom->second.kind)), now_,
                           doom->second.deadline});
    // No slot is left for it: it serves on until the others do, then it goes.
    if (free.empty())
      return add_retiring({stray.id, SlotName(), InstanceId(), "unplaced", now_, std::nullopt});
    const int64_t version = stray.tag(model::kAdoptedTag)
                                ? kAdoptedVersion
                                : group_.template_version.value_or(kUnknownVersion);
    next_.holders[free.front()] = {stray.id, launch_of(stray).n, stray.pool(), now_,
                                   version,  stray.lifecycle};
    free.pop_front();
  }

  void add_retiring(Retiring entry) {
    const auto place = std::lower_bound(
        next_.retiring.begin(), next_.retiring.end(), entry,
        [](const Retiring& a, const Retiring& b) { return a.instance < b.instance; });
    next_.retiring.insert(place, std::move(entry));
  }

  // Closes entries whose outcome is known. A failure is only the current submitter's to declare: a
  // later submitter's attempt may have succeeded. That instances came is true whoever learnt it.
  void settle_launches() {
    std::vector<OpenLaunch> open;
    for (OpenLaunch& entry : next_.open) {
      const auto progress = group_.launches.find(entry.n);
      const bool settled = progress != group_.launches.end() &&
                           progress->second.phase == LaunchProgress::Phase::kSettled;
      const bool ours = entry.submitter == context_.keeper;
      if (settled && (ours || !progress->second.came.empty()))
        settle(entry, progress->second);
      else
        open.push_back(std::move(entry));
    }
    next_.open = std::move(open);
  }

  void settle(const OpenLaunch& entry, const LaunchProgress& progress) {
    if (!progress.came.empty() && !is_adoption(entry))
      next_.launched[minute_of(now_)] += static_cast<int>(progress.came.size());
    for (size_t i = 0; i < std::min(entry.slots.size(), progress.came.size()); ++i)
      assign(entry, entry.slots[i], progress.came[i]);
    if (entry.lifecycle == model::Lifecycle::kSpot) note_lack(entry, progress);
    if (progress.outcome == "lost")
      for (const SlotName& slot : entry.slots)
        next_.held[slot] = progress.settled_at + context_.timing.horizon;
  }

  // Spot gave nothing, or less than it was asked for.
  void note_lack(const OpenLaunch& entry, const LaunchProgress& progress) {
    for (const model::Pool& pool : progress.dry) cool_behind_others(pool, progress.settled_at);
    if (progress.dry.empty() && progress.came.empty()) return;
    for (size_t i = progress.came.size(); i < entry.slots.size(); ++i)
      if (!is_held(entry.slots[i])) next_.lacking.try_emplace(entry.slots[i], entry.opened_at);
  }

  // When all pools of a zone cool, the one that just had nothing is the last to be asked again: or
  // a pool that is dry for three minutes would always go before one that is avoided for ten.
  void cool_behind_others(const model::Pool& pool, Instant dry_at) {
    Instant until = dry_at + context_.timing.cool_dry;
    for (const model::InstanceType& type : group_.spec.types) {
      const auto other = next_.cooling.find({type, pool.zone, pool.product});
      if (type == pool.type || other == next_.cooling.end() || other->second <= now_) continue;
      until = std::max(until, other->second + base::Duration::seconds(1));
    }
    cool(pool, until);
  }

  bool is_held(const SlotName& slot) const {
    const auto holder = next_.holders.find(slot);
    return holder != next_.holders.end() && !group_.is_doomed(holder->second.instance) &&
           !group_.is_gone(holder->second.instance);
  }

  void assign(const OpenLaunch& entry, const SlotName& slot, const InstanceId& id) {
    if (const auto old = next_.holders.find(slot); old != next_.holders.end())
      retire(slot, old->second.instance, id, reason_for(slot, old->second, entry));
    for (Retiring& leaving : next_.retiring)
      if (leaving.slot == slot) leaving.replacement = id;
    // A fleet's machines come from any of its pools.
    const model::Instance* instance = group_.find(id);
    next_.holders[slot] = {id,
                           entry.n,
                           instance ? instance->pool() : entry.pool,
                           now_,
                           entry.template_version,
                           entry.lifecycle};
    next_.lacking.erase(slot);
  }

  std::string reason_for(const SlotName& slot, const Holder& old, const OpenLaunch& entry) const {
    const auto doom = group_.doomed.find(old.instance);
    if (doom != group_.doomed.end()) return std::string(model::to_string(doom->second.kind));
    if (is_announced(group_, old.instance))
      return std::string(model::to_string(model::IncidentKind::kRetirement));
    return is_return(old, entry) && !next_.exchanging.contains(slot) ? kReturned : kExchanged;
  }

  static bool is_return(const Holder& old, const OpenLaunch& entry) {
    return old.lifecycle == model::Lifecycle::kOnDemand &&
           entry.lifecycle == model::Lifecycle::kSpot;
  }

  void retire(const SlotName& slot, const InstanceId& id, const InstanceId& replacement,
              std::string reason) {
    if (group_.is_gone(id)) return;
    const auto doom = group_.doomed.find(id);
    const auto deadline = doom == group_.doomed.end() ? std::nullopt : doom->second.deadline;
    add_retiring({id, slot, replacement, std::move(reason), now_, deadline});
  }

  void cool(const model::Pool& pool, Instant until) {
    if (until <= now_) return;
    Instant& known = next_.cooling[pool];
    known = std::max(known, until);
  }

  void forget_what_is_over() {
    std::erase_if(next_.retiring,
                  [&](const Retiring& entry) { return group_.is_gone(entry.instance); });
    std::erase_if(next_.held, [&](const auto& held) { return held.second <= now_; });
    std::erase_if(next_.cooling, [&](const auto& cooling) {
      return cooling.second + context_.timing.steady_pool <= now_;
    });
    std::erase_if(next_.returned, [&](const auto& returned) {
      return returned.second + context_.timing.between_returns <= now_;
    });
    std::erase_if(next_.exchanging, [&](const auto& exchange) {
      const auto holder = next_.holders.find(exchange.first);
      return holder == next_.holders.end() || holder->second.instance != exchange.second ||
             group_.is_gone(exchange.second);
    });
    std::erase_if(next_.launched,
                  [&](const auto& launched) { return launched.first + kBrakePeriod <= now_; });
  }

  bool is_wanted(const SlotName& slot) const {
    if (next_.retired_at) return false;
    const std::optional<int> index = model::slot_index(group_.spec.name, slot);
    return index && *index < group_.spec.capacity;
  }

  void retire_unwanted() {
    std::erase_if(next_.lacking, [&](const auto& lack) { return !is_wanted(lack.first); });
    for (auto it = next_.holders.begin(); it != next_.holders.end();) {
      if (is_wanted(it->first) || next_.holds.contains(it->first)) {
        ++it;
        continue;
      }
      for (Retiring& leaving : next_.retiring)
        if (leaving.slot == it->first) leaving.replacement = InstanceId();
      retire(it->first, it->second.instance, InstanceId(),
             next_.retired_at ? "retired" : "scaled-down");
      it = next_.holders.erase(it);
    }
  }

  // An entry that was not submitted in its window needs a new one, by CAS, before anybody sends it.
  void take_over() {
    for (OpenLaunch& entry : next_.open) {
      const bool ours = entry.submitter == context_.keeper;
      const auto progress = group_.launches.find(entry.n);
      if (ours && progress != group_.launches.end() &&
          progress->second.phase != LaunchProgress::Phase::kToSubmit) {
        keep_while_searching(entry, progress->second);
        continue;
      }
      const Instant over =
          ours ? entry.submit_before : entry.submit_before + context_.timing.takeover_margin;
      if (now_ <= over) {
        look_again_at(over + base::Duration::millis(1));
        continue;
      }
      entry.submitter = context_.keeper;
      entry.submit_before = now_ + context_.timing.submit_window;
    }
  }

  // A search takes longer than the other keeper's patience, and who takes over begins a new one.
  void keep_while_searching(OpenLaunch& entry, const LaunchProgress& progress) const {
    if (progress.phase != LaunchProgress::Phase::kSearching) return;
    const Instant until = progress.search_began + Timing::search_delay(Timing::kSearches - 1) +
                          context_.timing.submit_window;
    entry.submit_before = std::max(entry.submit_before, until);
  }

  // ---- new launches ----

  std::set<SlotName> covered_slots() const {
    std::set<SlotName> covered;
    for (const OpenLaunch& entry : next_.open)
      covered.insert(entry.slots.begin(), entry.slots.end());
    return covered;
  }

  bool needs_launch(const SlotName& slot, const std::set<SlotName>& covered) {
    if (is_held(slot) || covered.contains(slot) || next_.holds.contains(slot)) return false;
    if (const auto held = next_.held.find(slot); held != next_.held.end()) {
      look_again_at(held->second);
      return false;
    }
    return true;
  }

  void cool_interrupted_pools() {
    for (const auto& [slot, holder] : next_.holders) {
      const auto doom = group_.doomed.find(holder.instance);
      if (doom == group_.doomed.end() || (doom->second.kind != model::IncidentKind::kInterruption &&
                                          doom->second.kind != model::IncidentKind::kRebalance))
        continue;
      cool(holder.pool, doom->second.since + group_.spec.avoid_interrupted_pool_for);
    }
  }

  bool knows_what_to_launch() const {
    return group_.template_version && !group_.spec.types.empty();
  }

  void open_launches() {
    if (next_.no_launch_before && now_ < *next_.no_launch_before)
      return look_again_at(*next_.no_launch_before);
    next_.no_launch_before.reset();
    if (!knows_what_to_launch()) return;
    const std::set<SlotName> covered = covered_slots();
    std::vector<Need> wanted;
    std::map<model::SubnetId, std::vector<Need>> needs;
    for (int i = 0; i < group_.spec.capacity; ++i) {
      SlotName slot = model::slot_name(group_.spec.name, i);
      if (needs_launch(slot, covered)) wanted.push_back({std::move(slot), i, is_base(i)});
    }
    try_carefully(wanted);
    if (!is_looping_) exchange_some(wanted, covered);
    brake(wanted);
    for (Need& need : wanted)
      needs[model::slot_subnet(group_.spec, need.index)].push_back(std::move(need));
    if (needs.empty()) return;
    const uint64_t counter = next_.counter;
    const auto cooling = next_.cooling;
    cool_interrupted_pools();
    for (auto& [subnet, slots] : needs) open_in(subnet, std::move(slots));
    // Who is doomed is seen again at the next look: alone it is not worth a write.
    if (next_.counter == counter) next_.cooling = cooling;
  }

  // ---- exchanges that people or AWS asked for ----

  // Machines beyond the capacity, or about to be, because a slot's machine is exchanged by choice.
  int exchanges_under_way() const {
    int count = 0;
    for (const OpenLaunch& entry : next_.open)
      count += static_cast<int>(std::count_if(entry.slots.begin(), entry.slots.end(),
                                              [&](const SlotName& slot) { return is_held(slot); }));
    const auto leaves_by_choice = [](const Retiring& entry) {
      return entry.reason == kExchanged || entry.reason == kReturned ||
             entry.reason == to_string(model::IncidentKind::kRetirement);
    };
    return count + static_cast<int>(std::count_if(next_.retiring.begin(), next_.retiring.end(),
                                                  leaves_by_choice));
  }

  bool is_slot_served(const SlotName& slot) const {
    const auto holder = next_.holders.find(slot);
    if (holder != next_.holders.end() && serves(group_, holder->second.instance)) return true;
    return std::any_of(next_.retiring.begin(), next_.retiring.end(), [&](const Retiring& entry) {
      return entry.slot == slot && serves(group_, entry.instance);
    });
  }

  int slots_unserved() const {
    int count = 0;
    for (int i = 0; i < group_.spec.capacity; ++i)
      count += !is_slot_served(model::slot_name(group_.spec.name, i));
    return count;
  }

  // A person wants it exchanged, or AWS has said that it will end.
  bool is_to_be_exchanged(const SlotName& slot) const {
    if (next_.exchanging.contains(slot)) return true;
    const auto holder = next_.holders.find(slot);
    return holder != next_.holders.end() && is_announced(group_, holder->second.instance);
  }

  // As many as the surge allows, and none while more slots than allowed are not served: a new
  // version that does not work stops its own spread.
  void exchange_some(std::vector<Need>& wanted, const std::set<SlotName>& covered) {
    if (next_.exchanging.empty() && group_.retirements.empty()) return;
    if (slots_unserved() > group_.spec.max_unavailable) return;
    int room = group_.spec.max_surge - exchanges_under_way();
    for (int i = 0; i < group_.spec.capacity && room > 0; ++i) {
      SlotName slot = model::slot_name(group_.spec.name, i);
      if (!is_to_be_exchanged(slot) || !is_held(slot) || covered.contains(slot) ||
          next_.holds.contains(slot))
        continue;
      wanted.push_back({std::move(slot), i, is_base(i)});
      --room;
    }
  }

  // Slots that machines are asked for. An adoption asks AWS for none, and may wait for long.
  int launches_under_way() const {
    int count = 0;
    for (const OpenLaunch& entry : next_.open)
      if (!is_adoption(entry)) count += static_cast<int>(entry.slots.size());
    return count;
  }

  // True while a machine of the version is on its way or has not served yet.
  bool is_trial_under_way() const {
    const auto is_trial = [&](const auto& entry) {
      return entry.second.template_version == *group_.template_version && is_held(entry.first) &&
             !serves(group_, entry.second.instance);
    };
    return launches_under_way() > 0 ||
           std::any_of(next_.holders.begin(), next_.holders.end(), is_trial);
  }

  // One at a time, less and less often, until one of them lasts.
  void try_carefully(std::vector<Need>& wanted) {
    const CrashLoop& loop = group_.crash_loop;
    is_looping_ = loop.version == *group_.template_version && loop.failures >= CrashLoop::kProof;
    if (!is_looping_ || wanted.empty()) return;
    const bool must_wait = loop.wait.until > now_;
    if (must_wait) look_again_at(loop.wait.until);
    wanted.resize(must_wait || is_trial_under_way() ? 0 : 1);
  }

  // Launched as a precaution or by choice: the holder runs, and nobody has said that it will be
  // taken.
  bool is_early(const SlotName& slot) const {
    const auto holder = next_.holders.find(slot);
    if (holder == next_.holders.end() || group_.is_gone(holder->second.instance)) return false;
    if (is_held(slot)) return true;
    const auto doom = group_.doomed.find(holder->second.instance);
    return doom != group_.doomed.end() && doom->second.kind == model::IncidentKind::kRebalance;
  }

  static Instant minute_of(Instant time) {
    return Instant::from_unix_ms(time.unix_ms() / 60'000 * 60'000);
  }

  // Keeps what may still come within this hour: empty slots first, precautions last.
  void brake(std::vector<Need>& wanted) {
    int left = group_.spec.launches_per_hour.value_or(std::max(30, 3 * group_.spec.capacity));
    for (const auto& [minute, count] : next_.launched) left -= count;
    left -= launches_under_way();
    if (static_cast<int>(wanted.size()) <= left) return;
    is_braked_ = true;
    if (!next_.launched.empty()) look_again_at(next_.launched.begin()->first + kBrakePeriod);
    const auto rank = [&](const Need& need) {
      const auto holder = next_.holders.find(need.slot);
      const bool is_empty =
          holder == next_.holders.end() || group_.is_gone(holder->second.instance);
      return is_empty ? 0 : is_early(need.slot) ? 2 : 1;
    };
    std::stable_sort(wanted.begin(), wanted.end(),
                     [&](const Need& a, const Need& b) { return rank(a) < rank(b); });
    wanted.resize(static_cast<size_t>(std::max(0, left)));
  }

  bool is_base(int index) const { return index < group_.spec.on_demand.base_slots; }

  std::map<model::Pool, int> pools_in_use() const {
    std::map<model::Pool, int> in_use;
    for (const auto& [slot, holder] : next_.holders)
      if (is_held(slot)) ++in_use[holder.pool];
    for (const OpenLaunch& entry : next_.open)
      in_use[entry.pool] += static_cast<int>(entry.slots.size());
    return in_use;
  }

  std::vector<market::RankedPool> ranked_in(const model::Zone& zone) const {
    const market::Knowledge known{context_.prices, next_.cooling, context_.advisor, pools_in_use(),
                                  group_.scores};
    auto ranked = market::rank(group_.spec, zone, known, now_);
    CHECK(!ranked.empty());
    return ranked;
  }

  // What AWS takes within ten seconds: more would wait, decided on what is known now.
  size_t room_for_launches(const model::SubnetId& subnet) const {
    const size_t most = std::max<size_t>(1, Timing::kMostOpenLaunches / group_.spec.subnets.size());
    const auto open = static_cast<size_t>(std::count_if(
        next_.open.begin(), next_.open.end(),
        [&](const OpenLaunch& entry) { return entry.subnet == subnet && !is_adoption(entry); }));
    return open < most ? most - open : 0;
  }

  // Until when the subnet's next launch gathers what is needed: one of ours for it was opened just
  // now, and is under way or brought all that it asked for. After one that failed nobody waits.
  Instant gathers_until(const model::SubnetId& subnet) const {
    const auto filled = group_.filled.find(subnet);
    Instant last = filled == group_.filled.end() ? Instant() : filled->second;
    for (const OpenLaunch& entry : next_.open)
      if (entry.subnet == subnet && entry.submitter == context_.keeper && !is_adoption(entry))
        last = std::max(last, entry.opened_at);
    return last == Instant() ? last : last + context_.timing.gather;
  }

  // What need not wait for others: all of it, or while the subnet gathers, as many as fill
  // launches.
  void keep_ready(std::vector<Need>& needs, const model::SubnetId& subnet) {
    const size_t most = context_.timing.most_slots_per_launch;
    needs.resize(std::min(needs.size(), room_for_launches(subnet) * most));
    const Instant until = gathers_until(subnet);
    if (until <= now_ || until > now_ + context_.timing.gather) return;
    if (needs.size() % most != 0) look_again_at(until);
    needs.resize(needs.size() / most * most);
  }

  void open_in(const model::SubnetId& subnet, std::vector<Need> needs) {
    const auto zone = group_.zones.find(subnet);
    if (zone == group_.zones.end()) return;
    keep_ready(needs, subnet);
    if (needs.empty()) return;
    const auto ranked = ranked_in(zone->second);
    const market::RankedPool& best = ranked.front();
    std::vector<SlotName> spot, on_demand;
    for (Need& need : needs) {
      const Choice choice = choose(need, best);
      if (choice == Choice::kSpot) spot.push_back(std::move(need.slot));
      if (choice == Choice::kOnDemand) on_demand.push_back(std::move(need.slot));
    }
    if (group_.spec.strategy == model::Strategy::kDiversified && !is_fleet())
      append_spread(subnet, zone->second, std::move(spot));
    else
      append_all({subnet, model::Lifecycle::kSpot, worth_asking(ranked), std::move(spot)});
    if (on_demand.empty()) return;
    auto pools = on_demand_pools(zone->second, on_demand.front());
    append_all({subnet, model::Lifecycle::kOnDemand, std::move(pools), std::move(on_demand)});
  }

  bool is_fleet() const { return group_.spec.launch_by == model::LaunchBy::kFleet; }

  // Those that neither cool nor cost too much, in order; or the best, when there is none. AWS
  // advises a fleet to name ten pools: it knows which ones have capacity. Where it chooses by that,
  // pools that cool fill up what is missing.
  std::vector<model::Pool> worth_asking(const std::vector<market::RankedPool>& ranked) const {
    constexpr size_t kChoice = 10;
    const bool is_by_capacity = group_.spec.strategy == model::Strategy::kPriceCapacity ||
                                group_.spec.strategy == model::Strategy::kLowestRisk;
    const size_t least = is_fleet() && is_by_capacity ? kChoice : 0;
    std::vector<model::Pool> pools;
    for (const market::RankedPool& pool : ranked)
      if (!pool.too_dear && (!pool.cools_until || pools.size() < least)) pools.push_back(pool.pool);
    if (pools.empty()) pools.push_back(ranked.front().pool);
    return pools;
  }

  // Each to the pool that has the fewest by then.
  void append_spread(const model::SubnetId& subnet, const model::Zone& zone,
                     std::vector<SlotName> slots) {
    market::Knowledge known{context_.prices, next_.cooling, context_.advisor, pools_in_use(),
                            group_.scores};
    std::map<model::Pool, std::vector<SlotName>> by_pool;
    for (SlotName& slot : slots) {
      const model::Pool pool = market::rank(group_.spec, zone, known, now_).front().pool;
      ++known.in_use[pool];
      by_pool[pool].push_back(std::move(slot));
    }
    for (auto& [pool, some] : by_pool)
      append_all({subnet, model::Lifecycle::kSpot, {pool}, std::move(some)});
  }

  // After failures: a slot that met a dry pool may try another at once, but not one that cools.
  // When all of them cool, on-demand is next, once Spot has had its time.
  Choice choose(const Need& need, const market::RankedPool& best) {
    // A precaution is not worth a pool that is no better.
    if (is_early(need.slot) && best.cools_until && !need.is_base) {
      look_again_at(*best.cools_until);
      return Choice::kWait;
    }
    const auto wait = group_.slot_waits.find(need.slot);
    const bool waits = wait != group_.slot_waits.end() && wait->second.until > now_;
    const bool met_dry_spot = waits && wait->second.trouble == LaunchTrouble::kDry;
    const bool is_dry = best.cools_until.has_value();
    if (met_dry_spot && !is_dry && !need.is_base) return Choice::kSpot;
    if (need.is_base || (is_dry && falls_back(need.slot)))
      if (!waits || met_dry_spot) return Choice::kOnDemand;
    if (!waits) return Choice::kSpot;
    look_again_at(wait->second.until);
    return Choice::kWait;
  }

  bool falls_back(const SlotName& slot) {
    const auto lack = next_.lacking.find(slot);
    if (!group_.spec.on_demand.fallback_after || lack == next_.lacking.end()) return false;
    const Instant due = lack->second + *group_.spec.on_demand.fallback_after;
    if (now_ >= due) return true;
    look_again_at(due);
    return false;
  }

  // The types in their order; beginning with another one after each failure.
  std::vector<model::Pool> on_demand_pools(const model::Zone& zone, const SlotName& slot) const {
    const auto wait = group_.slot_waits.find(slot);
    const bool met_dry =
        wait != group_.slot_waits.end() && wait->second.trouble == LaunchTrouble::kDryOnDemand;
    const auto turn = static_cast<size_t>(met_dry ? wait->second.failures : 0);
    const std::vector<model::InstanceType>& types = group_.spec.types;
    std::vector<model::Pool> pools;
    for (size_t i = 0; i < types.size(); ++i)
      pools.push_back({types[(turn + i) % types.size()], zone, model::kLinux});
    return pools;
  }

  void append_all(LaunchOrder order) {
    std::vector<SlotName> slots = std::exchange(order.slots, {});
    std::sort(slots.begin(), slots.end());
    for (size_t from = 0; from < slots.size(); from += context_.timing.most_slots_per_launch) {
      const size_t to = std::min(slots.size(), from + context_.timing.most_slots_per_launch);
      LaunchOrder part = order;
      part.slots.assign(slots.begin() + static_cast<ptrdiff_t>(from),
                        slots.begin() + static_cast<ptrdiff_t>(to));
      append(std::move(part));
    }
  }

  // ---- back to Spot: one slot at a time, and make before break ----

  void return_to_spot() {
    if (group_.spec.on_demand.return_to_spot == model::ReturnToSpot::kNever) return;
    if (next_.no_launch_before || !knows_what_to_launch() || !has_on_demand() || is_returning())
      return;
    const std::set<SlotName> covered = covered_slots();
    for (const int i : slots_by_score()) {
      const SlotName slot = model::slot_name(group_.spec.name, i);
      const auto holder = next_.holders.find(slot);
      if (holder == next_.holders.end() || covered.contains(slot) ||
          !may_return(slot, holder->second))
        continue;
      const model::SubnetId& subnet = model::slot_subnet(group_.spec, i);
      const auto zone = group_.zones.find(subnet);
      if (zone == group_.zones.end()) continue;
      const auto ranked = ranked_in(zone->second);
      std::vector<model::Pool> steady;
      for (const market::RankedPool& pool : ranked)
        if (is_steady(pool)) steady.push_back(pool.pool);
      if (steady.empty()) continue;
      next_.returned[slot] = now_;
      return append({subnet, model::Lifecycle::kSpot, std::move(steady), {slot}});
    }
  }

  // Those that may be on Spot, where capacity is likeliest first.
  std::vector<int> slots_by_score() const {
    constexpr int kMiddle = 5;
    const auto score_of = [&](int index) {
      const auto zone = group_.zones.find(model::slot_subnet(group_.spec, index));
      if (zone == group_.zones.end()) return kMiddle;
      const auto score = group_.scores.find(zone->second);
      return score == group_.scores.end() ? kMiddle : score->second;
    };
    std::vector<int> slots;
    for (int i = group_.spec.on_demand.base_slots; i < group_.spec.capacity; ++i)
      slots.push_back(i);
    if (!group_.scores.empty())
      std::stable_sort(slots.begin(), slots.end(),
                       [&](int a, int b) { return score_of(a) > score_of(b); });
    return slots;
  }

  bool has_on_demand() const {
    return std::any_of(next_.holders.begin(), next_.holders.end(), [](const auto& entry) {
      return entry.second.lifecycle == model::Lifecycle::kOnDemand;
    });
  }

  // A return that is under way: its launch is open, or the machine it replaces has not left.
  bool is_returning() const {
    for (const OpenLaunch& entry : next_.open)
      for (const SlotName& slot : entry.slots)
        if (const auto old = next_.holders.find(slot); old != next_.holders.end() &&
                                                       is_return(old->second, entry) &&
                                                       !group_.is_doomed(old->second.instance))
          return true;
    return std::any_of(next_.retiring.begin(), next_.retiring.end(),
                       [](const Retiring& entry) { return entry.reason == kReturned; });
  }

  bool may_return(const SlotName& slot, const Holder& holder) {
    // One that was adopted stays until somebody says otherwise, or AWS does.
    if (next_.holds.contains(slot) || holder.template_version == kAdoptedVersion) return false;
    if (holder.lifecycle == model::Lifecycle::kSpot || group_.is_doomed(holder.instance) ||
        !serves(group_, holder.instance) || !is_time_to_return())
      return false;
    const auto returned = next_.returned.find(slot);
    if (returned == next_.returned.end()) return true;
    look_again_at(returned->second + context_.timing.between_returns);
    return false;
  }

  bool is_time_to_return() {
    const model::OnDemandPolicy& policy = group_.spec.on_demand;
    if (policy.return_to_spot != model::ReturnToSpot::kInWindow) return true;
    const Instant opening = policy.return_window.next_opening(now_);
    if (opening > now_) look_again_at(opening);
    return opening <= now_;
  }

  bool is_steady(const market::RankedPool& ranked) {
    if (ranked.too_dear) return false;
    const auto cooling = next_.cooling.find(ranked.pool);
    if (cooling == next_.cooling.end()) return true;
    look_again_at(cooling->second + context_.timing.steady_pool);
    return false;
  }

  void append(LaunchOrder order) {
    const model::LaunchId launch{next_.incarnation, ++next_.counter};
    next_.open.push_back(launch_entry(group_, context_, launch, std::move(order), now_));
  }

  const GroupState& group_;
  const LedgerContext& context_;
  base::Prng& prng_;
  Instant now_;
  LedgerRecord next_;
  bool ready_ = true;
  bool is_braked_ = false;
  bool is_looping_ = false;
  Instant look_again_ = Instant::never();
};

}  // namespace

LedgerPlan plan_ledger(const GroupState& group, const LedgerContext& context, base::Prng& prng,
                       Instant now) {
  CHECK(group.ledger.known && !group.ledger.unusable);
  return Planner(group, context, prng, now).run();
}

}  // namespace control
