// Ec2: the calls of EC2 in their wire form: Query in, XML out.
//
// Reads and checks parameters, keeps idempotency tokens and launch templates, and lets reads lag
// behind the world as EC2's do; what happens to instances is Instances' business. Parameters that a
// call does not know are refused, not ignored.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/context.h"
#include "sim/ec2_query.h"
#include "sim/fleet_order.h"
#include "sim/fleet_plan.h"
#include "sim/instances.h"
#include "sim/market.h"
#include "sim/spot_requests.h"
#include "sim/token_bucket.h"
#include "sim/wire.h"

namespace sim {

class Ec2 {
 public:
  Ec2(Context& context, RequestLimits& limits, Instances& instances, SpotRequests& spot_requests,
      Market& market, base::Prng dice)
      : context_(context),
        limits_(limits),
        instances_(instances),
        spot_requests_(spot_requests),
        market_(market),
        dice_(dice) {}

  // The inside of <ActionResponse>, after its request id.
  Answer<std::string> call(const base::Form& form);

  LaunchTemplate& create_template(const std::string& name, base::Form data);

 private:
  using Method = Answer<std::string> (Ec2::*)(const base::Form&);
  struct Operation {
    std::string_view action;
    Method method;
    bool is_mutating;
    std::vector<std::string_view> parameters;  // Their first parts.
  };
  struct TokenRecord {
    std::string parameters;
    std::vector<model::InstanceId> ids;
    Refusal failure;  // With a code only when the launch failed.
  };
  struct FleetTokenRecord {
    std::string parameters;
    model::FleetId fleet;
  };
  struct AnswerRecord {
    std::string parameters, answer;
  };
  struct SpotTokenRecord {
    std::string parameters;
    std::vector<model::SpotRequestId> requests;
  };
  // One override of a fleet as the launch that it would be.
  struct FleetCandidate {
    FleetSource source;
    LaunchOrder order;
    FleetPool pool;
    std::optional<Refusal> obstacle;  // Why the pool can give nothing at all.
  };
  // ec2_operations.cc
  static const std::vector<Operation>& operations();
  static std::vector<Operation> reads();
  static std::vector<Operation> writes();
  Answer<void> admit(const Operation& operation, const base::Form& form);

  // ec2_run.cc
  Answer<std::string> run_instances(const base::Form& form);
  Answer<std::string> terminate_instances(const base::Form& form);
  Answer<std::string> create_tags(const base::Form& form);
  Answer<std::string> delete_tags(const base::Form& form);
  Answer<LaunchOrder> read_order(const base::Form& form);
  Answer<model::SubnetId> read_subnet(const base::Form& form, const base::Form& defaults) const;
  Answer<void> check_zone_up(const model::SubnetId& subnet) const;
  Answer<std::string> launch_once(const base::Form& form, const LaunchOrder& order);
  Answer<std::string> replay(const TokenRecord& record, const std::string& parameters) const;
  Answer<Instance*> instance_by_id(const std::string& id);
  Answer<std::vector<model::Tag>*> tags_of(const std::string& id);
  Answer<std::vector<std::vector<model::Tag>*>> tags_of_all(
      const std::vector<std::string>& resources);
  std::string reservation_xml(const std::vector<model::InstanceId>& ids) const;

  // ec2_fleet.cc
  Answer<std::string> create_fleet(const base::Form& form);
  Answer<std::string> describe_fleets(const base::Form& form);
  Answer<void> check_pools(const FleetOrder& order);
  Fleet& make_fleet(const FleetOrder& order);
  std::vector<FleetCandidate> fleet_candidates(const FleetOrder& order, model::Lifecycle lifecycle);
  Answer<void> resolve(const FleetOrder& order, model::Lifecycle lifecycle,
                       FleetCandidate& candidate);
  base::Form resolved(const base::Form& specification) const;
  void fill_fleet(const FleetOrder& order, model::Lifecycle lifecycle, Fleet& fleet);
  std::vector<FleetShare> withhold(FleetPlan& plan, int least);
  bool admits_share(int count);
  void launch_share(const FleetCandidate& candidate, const FleetShare& share, Fleet& fleet);
  Refusal lack_of(const FleetCandidate& candidate) const;

  // ec2_spot.cc
  Answer<std::string> request_spot_instances(const base::Form& form);
  Answer<std::string> cancel_spot_instance_requests(const base::Form& form);
  Answer<std::string> describe_spot_instance_requests(const base::Form& form);
  Answer<SpotRequest> read_spot_request(const base::Form& form);
  std::string spot_requests_xml(const std::vector<model::SpotRequestId>& ids) const;

  // ec2_templates.cc
  Answer<std::string> create_launch_template(const base::Form& form);
  Answer<std::string> create_launch_template_version(const base::Form& form);
  Answer<std::string> describe_launch_templates(const base::Form& form);
  Answer<std::string> describe_launch_template_versions(const base::Form& form);
  Answer<std::string> once(const base::Form& form, Method make);
  Answer<std::string> make_launch_template(const base::Form& form);
  Answer<std::string> make_launch_template_version(const base::Form& form);
  Answer<void> check_templates(const std::vector<std::string>& ids,
                               const std::vector<std::string>& names) const;
  Answer<const LaunchTemplate*> template_of(const base::Form& form) const;
  Answer<const LaunchTemplateVersion*> version_of(const LaunchTemplate& found,
                                                  const std::string& version) const;

  // ec2_describe.cc
  Answer<std::string> describe_instances(const base::Form& form);
  Answer<std::string> describe_instance_status(const base::Form& form);
  Answer<std::string> describe_spot_price_history(const base::Form& form);
  Answer<std::vector<const Instance*>> chosen_instances(const base::Form& form,
                                                        const std::vector<FilterClause>& filters);
  Answer<void> check_zones_up() const;
  bool is_listed(const Instance& instance) const;
  model::InstanceState shown_state(const Instance& instance) const;
  std::vector<std::string> filter_values(const Instance& instance, std::string_view filter) const;

  // ec2_network.cc
  Answer<std::string> describe_subnets(const base::Form& form);
  Answer<std::string> describe_vpcs(const base::Form& form);
  Answer<std::string> describe_images(const base::Form& form);
  Answer<std::string> describe_key_pairs(const base::Form& form);
  Answer<std::string> describe_security_groups(const base::Form& form);

  // ec2_catalogue.cc
  Answer<std::string> describe_instance_types(const base::Form& form);
  Answer<std::string> get_spot_placement_scores(const base::Form& form);
  Answer<std::string> describe_availability_zones(const base::Form& form);
  Answer<std::vector<std::string>> read_scored_types(const base::Form& form) const;
  // Ten combinations a day that were not asked for within the last one.
  Answer<void> admit_scored(const base::Form& form);
  int free_spot_capacity(const std::vector<std::string>& types, const model::Zone& zone) const;

  Context& context_;
  RequestLimits& limits_;
  Instances& instances_;
  SpotRequests& spot_requests_;
  Market& market_;
  base::Prng dice_;
  // A token is good within one zone.
  std::map<std::pair<std::string, model::Zone>, TokenRecord> tokens_;
  std::map<std::string, FleetTokenRecord> fleet_tokens_;
  std::map<std::string, SpotTokenRecord> spot_tokens_;
  std::map<std::string, base::Instant> scored_;  // By combination: when it was new.
  std::map<std::pair<std::string, std::string>, AnswerRecord>
      template_tokens_;  // By action, token.
};

// Shared by what EC2 answers about an instance.
void write_state(Xml& xml, std::string_view element, model::InstanceState state);
void write_instance(Xml& xml, const Instance& instance, model::InstanceState shown,
                    const std::string& vpc);

}  // namespace sim
