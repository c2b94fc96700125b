// Sweep: one complete look at everything that is ours, page by page, for all groups together.
//
// Decides nothing until the last page has come; a failed page ends the pass, and the next pass
// begins anew. One sweep of a region costs a call per 1,000 instances, however many groups there
// are.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/call.h"

namespace control {

class InstanceSweep {
 public:
  // The call for the next page: a new pass, or the present one's next page.
  model::DescribeInstances next_page(const std::string& deployment,
                                     const std::vector<model::GroupName>& groups,
                                     size_t page_size) const;
  // Takes a page. True when it was the last: then `present` is complete.
  bool take(const model::InstancesReply& page, base::Instant page_began);
  void abandon();

  base::Instant began() const { return began_; }
  const std::map<model::GroupName, std::set<model::InstanceId>>& present() const {
    return present_;
  }

 private:
  bool under_way_ = false;
  base::Instant began_;
  model::PageToken next_;
  std::map<model::GroupName, std::set<model::InstanceId>> present_;
};

// Who fails EC2's status checks. Two lists, because filters of different names narrow each other:
// machines that fail, and machines on a host that does. They show everything in the region that
// fails, a handful however large the fleet.
class StatusSweep {
 public:
  static constexpr uint64_t kLists = 2;

  model::DescribeInstanceStatus next_page(uint64_t list, size_t page_size) const;
  // Takes a page of that list. True when it was the last and the other list is known too: then
  // `impaired` is complete.
  bool take(uint64_t list, const model::InstanceStatusReply& page);
  void abandon(uint64_t list);

  std::set<model::InstanceId> impaired() const;

 private:
  struct List {
    std::set<model::InstanceId> coming, complete;
    model::PageToken next;
    bool known = false;
  };
  List lists_[kLists];
};

}  // namespace control
