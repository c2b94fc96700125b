// Adopter: a person who lets a keeper adopt machines that others started, while chaos reigns.
//
// The group begins paused. Some of its slots are to be taken by machines that were started by hand,
// the others by members of an Auto Scaling group. The person orders that, again when an order came
// to nothing, and then that the group is looked after. What must hold meanwhile: no machine is
// ours and that group's at once, none is ended by us before it held a slot, the desired capacity
// falls by one for each that left, and whoever left is in the ledger.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/result.h"
#include "model/command.h"
#include "model/group.h"
#include "sim/ledger_checker.h"
#include "sim/timeline.h"

namespace sim {

class Adopter {
 public:
  using Answered = std::function<void(base::Status)>;
  // Gives the order to some keeper; false when none is up.
  using Order = std::function<bool(model::Command, Answered)>;
  // Sends a form to a service, as a person with the AWS CLI would; answers the status and body.
  using Ask = std::function<net::Response(const std::string& service, const base::Form&)>;

  Adopter(Region& region, Timeline& timeline, const LedgerChecker& ledger, Ask ask, Order order,
          Violate violate, base::Prng dice)
      : region_(region),
        timeline_(timeline),
        ledger_(ledger),
        ask_(std::move(ask)),
        order_(std::move(order)),
        violate_(std::move(violate)),
        dice_(dice) {}

  // Starts the machines, and the person. The group must begin paused.
  void begin(const model::GroupSpec& group);
  // Nothing fails any more: what has come to nothing so far is tried a few times more.
  void begin_calm();

  // ---- what happens ----
  void look();
  void detached(const std::vector<model::InstanceId>& ids);
  void terminated(const model::InstanceId& id);
  void ledger_lost() { is_ledger_lost_ = true; }
  void finish();

  // Machines that others started: they may be registered before they hold a slot.
  const std::set<model::InstanceId>& given() const { return given_; }
  int adoptions() const { return adoptions_; }

 private:
  bool make_scaling_group(int members);
  void start_by_hand(const model::SubnetId& subnet);
  void act_again();
  void act();
  void order(model::Command command);
  std::vector<model::InstanceId> stranded(const model::LedgerRecord& record) const;
  bool has_members_to_take(const model::LedgerRecord& record) const;
  const AutoScalingGroup* scaling_group() const;
  const model::LedgerRecord* record() const;

  Region& region_;
  Timeline& timeline_;
  const LedgerChecker& ledger_;
  Ask ask_;
  Order order_;
  Violate violate_;
  base::Prng dice_;
  model::GroupSpec group_;
  int desired_at_first_ = 0;
  int tries_ = 0;
  int adoptions_ = 0;
  bool is_waiting_ = false;  // For the answer to an order.
  bool is_ledger_lost_ = false;
  std::set<model::InstanceId> given_, detached_, accused_;
};

}  // namespace sim
