#include "control/ledger_sanity.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/quote.h"

namespace control {
namespace {

using base::Instant;

// Far below where counting up would leave what the record's text can hold.
constexpr uint64_t kMostCount = uint64_t{1} << 52;
// No keeper waits longer than minutes for anything it writes down; clocks differ by less.
constexpr base::Duration kMostAhead = base::Duration::hours(1);

// Whatever AWS may name a machine, and nothing that could act on a screen.
bool could_be_id(const model::InstanceId& id) {
  const std::string& text = id.str();
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return text.starts_with("i-") && std::all_of(text.begin(), text.end(), is_plain);
}

class Reading {
 public:
  Reading(const model::LedgerRecord& record, Instant now)
      : record_(record), latest_(now + kMostAhead) {}

  std::string problem(const model::GroupName& group) {
    if (record_.group != group) return "it is the record of another group: " + record_.group.str();
    if (record_.counter > kMostCount || record_.revision > kMostCount)
      return "it counts beyond what a ledger can have seen";
    if (const auto time = latest_wait(); time && *time > latest_)
      return "it waits until " + base::to_iso8601(*time);
    if (const auto* odd = odd_id())
      return "it names a machine that is none: " + base::quote(odd->str());
    for (const auto& [slot, holder] : record_.holders)
      if (!ids_.insert(holder.instance).second) return twice(holder.instance);
    for (const model::Retiring& entry : record_.retiring)
      if (!ids_.insert(entry.instance).second) return twice(entry.instance);
    for (const model::OpenLaunch& entry : record_.open)
      if (entry.n > record_.counter || !launches_.insert(entry.n).second)
        return "its open launches are not numbered as a keeper numbers them";
    return {};
  }

 private:
  static std::string twice(const model::InstanceId& id) { return id.str() + " stands in it twice"; }

  // Null when all of them could be machines' names.
  const model::InstanceId* odd_id() const {
    for (const auto& [slot, holder] : record_.holders)
      if (!could_be_id(holder.instance)) return &holder.instance;
    for (const auto& [slot, instance] : record_.exchanging)
      if (!could_be_id(instance)) return &instance;
    for (const model::Retiring& entry : record_.retiring) {
      if (!could_be_id(entry.instance)) return &entry.instance;
      if (!entry.replacement.empty() && !could_be_id(entry.replacement)) return &entry.replacement;
    }
    return nullptr;
  }

  // What would keep the group from acting.
  std::optional<Instant> latest_wait() const {
    std::optional<Instant> latest = record_.no_launch_before;
    const auto add = [&](Instant time) { latest = std::max(latest.value_or(time), time); };
    for (const auto& [slot, until] : record_.held) add(until);
    for (const model::OpenLaunch& entry : record_.open) add(entry.submit_before);
    for (const model::Retiring& entry : record_.retiring)
      if (entry.deadline) add(*entry.deadline);
    for (const auto& [slot, since] : record_.lacking) add(since);
    for (const auto& [slot, when] : record_.returned) add(when);
    return latest;
  }

  const model::LedgerRecord& record_;
  const Instant latest_;
  std::set<model::InstanceId> ids_;
  std::set<uint64_t> launches_;
};

}  // namespace

std::string implausible(const model::LedgerRecord& record, const model::GroupName& group,
                        Instant now) {
  return Reading(record, now).problem(group);
}

}  // namespace control
