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

std::string first_of(const std::vector<model::InstanceId>& ids) {
  std::string text;
  for (size_t i = 0; i < std::min(ids.size(), kMostNamed); ++i)
    text += (i == 0 ? "" : ", ") + ids[i].str();
  if (ids.size() > kMostNamed) text += " and " + std::to_string(ids.size() - kMostNamed) + " more";
  return text;
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
  const std::string text =
      first_of(strangers) +
      " carry the group's tags and are unknown to this ledger. If another keeper keeps them, do "
      "not start this one as it is: both need the same url = \"s3://...\" in [ledger], or "
      "each a deployment of its own in [keeper]. If that keeper or its ledger is gone for good, ";
  return text + (has_record ? "end them by hand: this one would end them as surplus"
                            : "start: they are taken over");
}

std::map<std::string, std::vector<model::InstanceId>> unlisted(
    const std::vector<model::Instance>& machines, const std::vector<model::GroupSpec>& groups) {
  std::map<std::string, std::vector<model::InstanceId>> found;
  for (const model::Instance& machine : machines) {
    const std::string* const name = machine.tag(model::kGroupTag);
    const auto is_its = [&](const model::GroupSpec& group) { return group.name.str() == *name; };
    if (name && model::is_live(machine.state) && std::none_of(groups.begin(), groups.end(), is_its))
      found[*name].push_back(machine.id);
  }
  return found;
}

std::string describe_unlisted(const std::map<std::string, std::vector<model::InstanceId>>& found) {
  std::string text;
  for (const auto& [group, ids] : found)
    text += (text.empty() ? "" : "; ") + group + ": " + first_of(ids);
  return text +
         " (nobody replaces or ends them; to end such a group, put it back into the file, "
         "reload and `spotkeeper group retire` it)";
}

}  // namespace app
