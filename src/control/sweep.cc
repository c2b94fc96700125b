#include "control/sweep.h"

#include <utility>

namespace control {
namespace {

// A filter takes at most this many values; beyond it we ask for every instance that has the tag.
constexpr size_t kMostFilterValues = 200;

}  // namespace

model::DescribeInstances InstanceSweep::next_page(const std::string& deployment,
                                                  const std::vector<model::GroupName>& groups,
                                                  size_t page_size) const {
  model::DescribeInstances call;
  call.filters.push_back({std::string("tag:") + model::kDeploymentTag, {deployment}});
  call.max_results = static_cast<int>(page_size);
  if (under_way_) call.next = next_;
  if (groups.size() > kMostFilterValues) {
    call.filters.push_back({"tag-key", {model::kGroupTag}});
    return call;
  }
  model::Filter filter{std::string("tag:") + model::kGroupTag, {}};
  for (const model::GroupName& group : groups) filter.values.push_back(group.str());
  call.filters.push_back(std::move(filter));
  return call;
}

bool InstanceSweep::take(const model::InstancesReply& page, base::Instant page_began) {
  if (!under_way_) {
    present_.clear();
    began_ = page_began;
  }
  for (const model::Instance& instance : page.instances)
    if (const std::string* group = instance.tag(model::kGroupTag))
      present_[model::GroupName(*group)].insert(instance.id);
  next_ = page.next;
  under_way_ = !next_.empty();
  return !under_way_;
}

void InstanceSweep::abandon() { under_way_ = false; }

model::DescribeInstanceStatus StatusSweep::next_page(uint64_t list, size_t page_size) const {
  model::DescribeInstanceStatus call;
  call.filters.push_back(
      {list == 0 ? "instance-status.status" : "system-status.status", {"impaired"}});
  call.max_results = static_cast<int>(page_size);
  call.next = lists_[list].next;
  return call;
}

bool StatusSweep::take(uint64_t which, const model::InstanceStatusReply& page) {
  List& list = lists_[which];
  for (const model::InstanceStatus& status : page.statuses) list.coming.insert(status.id);
  list.next = page.next;
  if (!list.next.empty()) return false;
  list.complete = std::exchange(list.coming, {});
  list.known = true;
  return lists_[0].known && lists_[1].known;
}

void StatusSweep::abandon(uint64_t list) {
  lists_[list].coming.clear();
  lists_[list].next.clear();
}

std::set<model::InstanceId> StatusSweep::impaired() const {
  std::set<model::InstanceId> all = lists_[0].complete;
  all.insert(lists_[1].complete.begin(), lists_[1].complete.end());
  return all;
}

}  // namespace control
