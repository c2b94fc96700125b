// TinyCloud and Script: just enough of a region and of a keeper's loop to run a Brain in tests.
//
// TinyCloud carries out calls at once and exactly: a ledger under compare-and-set, zonal tokens
// that replay or mismatch, instances that boot, targets that turn healthy and drain. It notes what
// breaks the promise of one committed instance per slot. Script holds one Brain's unanswered calls
// and moves virtual time; the test decides which answer comes when, or lets all of them come at
// once.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/form.h"
#include "control/brain.h"
#include "control/test_support.h"

namespace control::testing {

class TinyCloud {
 public:
  base::Result<model::Reply> carry_out(const model::Call& call, base::Instant now);

  // The three slots of group_spec() held, running, healthy and written in the ledger.
  void begin_whole(base::Instant now);
  void terminate(const model::InstanceId& id);
  // A machine that somebody else started.
  void begin_by_hand(const model::InstanceId& id, const char* subnet,
                     std::vector<model::Tag> tags = {});
  void launched_at(const model::InstanceId& id, base::Instant when) {
    instances_.at(id).launch_time = when;
  }
  // By a person's hand.
  void set_tags(const model::InstanceId& id, std::vector<model::Tag> tags) {
    instances_.at(id).tags = std::move(tags);
  }
  void lose_ledger() { version_ = 0; }
  std::vector<model::InstanceId> live() const;
  const model::Instance& machine(const model::InstanceId& id) const { return instances_.at(id); }
  // The stored record; there must be one.
  model::LedgerRecord record() const;
  // "RunInstances subnet-a" and the like: everything that changed the world, but tags.
  std::vector<std::string> log;
  std::vector<std::string> violations;
  std::set<std::string> bodies;  // Of all RunInstances.
  std::set<model::SubnetId> dry;
  std::vector<model::SpotPrice> prices;  // In force, one per pool.
  size_t id_digits = 4;                  // 8 where an id must pass as a real one.
  // An Auto Scaling group, and its members in their lifecycle states. It launches nothing.
  struct ScalingGroup {
    int min = 0, desired = 0;
    std::map<model::InstanceId, std::string> members;
  };
  std::map<model::AutoScalingGroupName, ScalingGroup> scaling_groups;
  bool nobody_is_healthy = false;  // In the target group.
  // Spot requests stay open with this status instead of being fulfilled at once.
  std::string spot_waits_with;
  std::map<model::SpotRequestId, model::SpotRequest> spot_requests;
  std::map<model::GroupName, std::string> other_ledgers;  // Records of groups beside kGroup.
  // The open request gets its instance after all.
  void fulfil(const model::SpotRequestId& id, base::Instant now);
  // What a request that was put here by hand would launch.
  void request_form(const model::SpotRequestId& id, const std::string& subnet) {
    spot_forms_[id].add("LaunchSpecification.SubnetId", subnet);
  }
  std::vector<model::LaunchTemplate> templates;
  std::vector<model::LaunchTemplateVersion> versions;  // Of templates that were made here.
  std::vector<model::InstanceTypeInfo> offered;
  std::map<std::string, std::string> attributes{
      {"deregistration_delay.timeout_seconds", "30"}};  // Of the target group.
  bool refuses_attributes = false;                      // To change them.

 private:
  struct Registration {
    base::Instant since;
    std::optional<base::Instant> left;
  };
  using Result = base::Result<model::Reply>;

  Result on(const model::RunInstances& call, base::Instant now);
  Result on(const model::RequestSpotInstances& call, base::Instant now);
  Result on(const model::CancelSpotInstanceRequests& call, base::Instant now);
  Result on(const model::DescribeSpotInstanceRequests& call, base::Instant now);
  Result on(const model::CreateLaunchTemplate& call, base::Instant now);
  Result on(const model::CreateLaunchTemplateVersion& call, base::Instant now);
  Result on(const model::DescribeLaunchTemplates& call, base::Instant now);
  Result on(const model::DescribeLaunchTemplateVersions& call, base::Instant now);
  Result on(const model::DescribeInstanceTypes& call, base::Instant now);
  Result on(const model::TerminateInstances& call, base::Instant now);
  Result on(const model::DescribeInstances& call, base::Instant now);
  Result on(const model::CreateTags& call, base::Instant now);
  Result on(const model::DescribeSubnets& call, base::Instant now);
  Result on(const model::DescribeAutoScalingGroups& call, base::Instant now);
  Result on(const model::DescribeAutoScalingInstances& call, base::Instant now);
  Result on(const model::DetachInstances& call, base::Instant now);
  Result on(const model::RegisterTargets& call, base::Instant now);
  Result on(const model::DeregisterTargets& call, base::Instant now);
  Result on(const model::DescribeTargetHealth& call, base::Instant now);
  Result on(const model::ModifyTargetGroupAttributes& call, base::Instant now);
  Result on(const model::LedgerRead& call, base::Instant now);
  Result on(const model::LedgerWrite& call, base::Instant now);
  template <class T>
  Result on(const T& call, base::Instant now);

  model::Instance shown(const model::Instance& instance, base::Instant now) const;
  void launch(const base::Form& form, base::Instant now);
  const model::AutoScalingGroupName* scaling_group_of(const model::InstanceId& id) const;
  model::InstanceId next_id();
  void check_commits(const model::LedgerRecord& record);

  int next_instance_ = 1;
  int version_ = 0;
  std::string text_;
  std::map<model::InstanceId, model::Instance> instances_;
  std::map<std::string, std::pair<std::string, std::vector<model::InstanceId>>> tokens_;
  std::map<std::string, std::vector<model::SpotRequestId>> spot_tokens_;
  std::map<model::SpotRequestId, base::Form> spot_forms_;
  std::map<model::InstanceId, Registration> targets_;
  std::map<model::InstanceId, model::SlotName> committed_;  // Ever.
  std::set<model::InstanceId> left_;                        // Ever retired.
};

class Script {
 public:
  // The clock is shared by all scripts of a test.
  Script(TinyCloud& cloud, base::Instant& clock, model::KeeperName keeper, uint64_t seed,
         std::vector<model::Incident> open_incidents = {}, model::GroupSpec spec = group_spec(),
         Timing timing = Timing());

  void step(std::vector<Event> events = {Woken{}});
  // Carries out and answers everything until virtual time `end`, waking the brain when it asked to.
  void run_until(base::Instant end);
  // Carries out and answers what is pending now, and whatever follows from it, without waiting.
  void settle();

  // The position of a pending call of that action, or the number of pending calls.
  size_t find(std::string_view action) const;
  bool has(std::string_view action) const { return find(action) < pending.size(); }
  base::Result<model::Reply> carry_out(size_t index);
  void answer(size_t index, base::Result<model::Reply> result);
  void carry_out_and_answer(size_t index) { answer(index, carry_out(index)); }

  struct Pending {
    PlannedCall planned;
    base::Instant began;
  };
  std::deque<Pending> pending;
  std::map<model::IncidentId, model::Incident> journal;  // As last handed out.
  std::map<model::IncidentId, int> closings;
  std::map<model::CommandId, base::Status> answers;
  std::vector<model::SpotPrice> prices;  // As handed out in the last step.
  base::Instant wake_at;
  Brain brain;

 private:
  TinyCloud& cloud_;
  base::Instant& clock_;
};

}  // namespace control::testing
