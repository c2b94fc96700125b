#include "app/strangers.h"

#include <algorithm>

namespace app {
namespace {

constexpr size_t kMostNamed = 3;  // A line stays readable.

bool knows(const model::LedgerRecord& record, const model::Instance& machine) {
  const auto holds = [&](const auto& item) { return item.second.instance == machine.id; };
  const auto leaves = [&](const auto& item) { return item.instance == machine.id; };
  if (std::any_of(record.holders.begin(), record.holders.end(), holds) ||
      std::any_of(record.retiring.begin(), record.retiring.end(), leaves))
    return true;
  const std::string* const tag = machine.tag(model::kLaunchTag);
  const auto launch = tag ? model::parse_launch_id(*tag) : std::nullopt;
  return launch && launch->incarnation == record.incarnation;
}

}  // namespace

std::vector<model::InstanceId> strangers(const std::optional<model::LedgerRecord>& record,
                                         const std::vector<model::Instance>& machines) {
  std::vector<model::InstanceId> found;
  for (const model::Instance& machine : machines)
    if (model::is_live(machine.state) && !(record && knows(*record, machine)))
      found.push_back(machine.id);
  return found;
}

std::string describe_strangers(const std::vector<model::InstanceId>& strangers, bool has_record) {
  std::string text;
  for (size_t i = 0; i < std::min(strangers.size(), kMostNamed); ++i)
    text += (i == 0 ? "" : ", ") + strangers[i].str();
  if (strangers.size() > kMostNamed)
    text += " and " + std::to_string(strangers.size() - kMostNamed) + " more";
  text +=
      " carry the group's tags and are unknown to this ledger. If another keeper keeps them, do "
      "not start this one as it is: both need the same url = \"s3://...\" in [ledger], or "
      "each a deployment of its own in [keeper]. If that keeper or its ledger is gone for good, ";
  return text + (has_record ? "end them by hand: this one would end them as surplus"
                            : "start: they are taken over");
}

}  // namespace app
