#include "app/launch_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "app/check_report.h"
#include "app/requirements_check.h"
#include "base/form.h"
#include "base/quote.h"
#include "control/own_template.h"
#include "model/aws_error.h"
#include "model/fleet_request.h"
#include "model/launch_request.h"
#include "model/spot_request.h"

namespace app {
namespace {

using base::Result;

// One request is enough for what people write down; AWS takes a hundred types.
constexpr size_t kMostTypes = 100;
constexpr char kToken[] = "spotkeeper-check";
constexpr char kNamesImage[] = "ami-";  // Others are looked up at each launch.

// What a launch uses of the account's: of the file, or of the launch template's version.
struct Parts {
  model::ImageId image;
  std::string key;
  std::vector<model::SecurityGroupId> security_groups;
};

Parts parts_of(const model::LaunchData& machine) {
  return {machine.image, machine.key_name, machine.security_groups};
}

// Also those of its network interfaces.
Parts parts_of(const model::LaunchTemplateVersion& version) {
  Parts parts{version.image, version.data.get("KeyName"), {}};
  for (const auto& [name, value] : version.data.pairs())
    if (name.find("SecurityGroupId.") != std::string::npos)
      parts.security_groups.emplace_back(value);
  return parts;
}

template <class T>
std::string listed(const std::vector<T>& ids, size_t most = 8) {
  std::string text;
  for (size_t i = 0; i < ids.size() && i < most; ++i)
    text += (text.empty() ? "" : ", ") + ids[i].str();
  return ids.size() > most ? text + " and " + std::to_string(ids.size() - most) + " more" : text;
}

class LaunchCheck {
 public:
  LaunchCheck(const model::GroupSpec& group, const LaunchPlace& place, const Asker& ask)
      : group_(group), place_(place), ask_(ask), types_(group.types) {}

  std::vector<Finding> run() && {
    note("subnets", subnets());
    note("launch template", group_.machine ? own_template() : named_template());
    if (group_.machine) parts_ = parts_of(*group_.machine);
    check_parts();
    if (group_.requirements) note("requirements", requirements());
    note("instance types", types());
    note("right to launch", right_to_launch());
    return std::move(findings_);
  }

 private:
  void check_parts() {
    if (!parts_)
      return note("image, security groups and key", not_tried("the launch template is not known"));
    note("image", image());
    note("security groups", security_groups());
    if (!parts_->key.empty()) note("key", key());
  }

  void note(std::string what, Result<std::string> found) {
    findings_.push_back({std::move(what), std::move(found)});
  }

  template <class Reply>
  Result<Reply> ask(model::Call call) const {
    ASSIGN_OR_RETURN(model::Reply reply, ask_(std::move(call)));
    return std::get<Reply>(std::move(reply));
  }

  // Of what is not there: our own words, with what would be right.
  static base::Error not_there(base::Error error, const std::string& what,
                               const std::string& allowed) {
    if (!model::is_not_found(error.code)) return error;
    return {error.code, what + " (" + error.message + "); allowed: " + allowed, {}, error.retry};
  }

  std::string in_region() const { return " in " + place_.region.str(); }

  Result<std::string> subnets() {
    ASSIGN_OR_RETURN(const auto reply,
                     ask<model::SubnetsReply>(model::DescribeSubnets{group_.subnets, {}}));
    std::string text;
    for (const model::Subnet& subnet : reply.subnets) {
      text += (text.empty() ? "" : ", ") + subnet.id.str() + " in " + subnet.zone.str();
      vpcs_.insert(subnet.vpc);
      zones_.insert(subnet.zone);
    }
    return text;
  }

  Result<std::string> named_template() {
    const model::LaunchTemplateRef& ref = group_.launch_template;
    ASSIGN_OR_RETURN(const auto reply,
                     ask<model::LaunchTemplateVersionsReply>(
                         model::DescribeLaunchTemplateVersions{ref.id, ref.version, {}}));
    if (reply.versions.empty())
      return base::fail("NoSuchVersion", ref.id.str() + " has no version " + ref.version);
    const model::LaunchTemplateVersion& version = reply.versions.front();
    parts_ = parts_of(version);
    template_ = {ref.id, version.number};
    return ref.id.str() + ", version " + std::to_string(version.number) + ", image " +
           version.image.str();
  }

  Result<std::string> own_template() {
    const std::string name = control::own_template_name(place_.deployment, group_.name);
    model::DescribeLaunchTemplates call;
    call.filters = {{"launch-template-name", {name}}};
    ASSIGN_OR_RETURN(const auto reply, ask<model::LaunchTemplatesReply>(std::move(call)));
    if (reply.templates.empty()) return name + " will be made by the keeper";
    const model::LaunchTemplate& found = reply.templates.front();
    if (!control::is_own_template(found, place_.deployment, group_.name))
      return base::fail("ForeignTemplate",
                        name + " (" + found.id.str() +
                            ") is not this keeper's: it lacks the tags " + model::kGroupTag +
                            " = " + group_.name.str() + " and " + model::kDeploymentTag + " = " +
                            place_.deployment +
                            "; rename or delete it, or give [keeper] another deployment");
    template_ = {found.id, found.latest_version};
    return name + " is " + found.id.str() + ", version " + std::to_string(found.latest_version);
  }

  Result<std::string> image() {
    const model::ImageId& id = parts_->image;
    if (id.empty())
      return base::fail("NoImage",
                        "the launch template's version names no image; allowed: a "
                        "version with one");
    if (!id.str().starts_with(kNamesImage)) return id.str() + " is looked up at each launch";
    const std::string allowed = "an image" + in_region() + " that this account may use";
    auto reply = ask<model::ImagesReply>(model::DescribeImages{{id}});
    if (!reply)
      return tl::unexpected(
          not_there(reply.error(), id.str() + " is not there" + in_region(), allowed));
    if (reply->images.empty())
      return base::fail("NoImage", id.str() + " is not there" + in_region() +
                                       ", or not for this account; allowed: " + allowed);
    const model::Image& found = reply->images.front();
    if (found.state != "available")
      return base::fail("ImageNotAvailable",
                        id.str() + " is " + found.state + "; allowed: an image that is available");
    architecture_ = found.architecture;
    return id.str() + " is available, for " + found.architecture;
  }

  Result<std::string> security_groups() const {
    const auto& ids = parts_->security_groups;
    if (ids.empty()) return std::string("none named: the VPC's default one");
    const std::string vpc = vpcs_.empty() ? "the subnets' VPC" : *vpcs_.begin();
    const std::string allowed = "security groups of " + vpc;
    auto reply = ask<model::SecurityGroupsReply>(model::DescribeSecurityGroups{ids});
    if (!reply)
      return tl::unexpected(not_there(
          reply.error(), "one of " + listed(ids) + " is not there" + in_region(), allowed));
    for (const model::SecurityGroup& found : reply->groups)
      for (const std::string& of_subnets : vpcs_)
        if (found.vpc != of_subnets)
          return base::fail("OtherVpc", found.id.str() + " is of " + found.vpc +
                                            ", and the subnets are of " + of_subnets +
                                            "; allowed: " + allowed);
    if (vpcs_.empty()) return not_tried("the subnets' VPC is not known");
    return listed(ids) + " of " + vpc;
  }

  Result<std::string> key() const {
    auto reply = ask<model::KeyPairsReply>(model::DescribeKeyPairs{{parts_->key}});
    if (reply) return base::quote(parts_->key) + " is there";
    return tl::unexpected(not_there(
        reply.error(), "the key pair " + base::quote(parts_->key) + " is not there" + in_region(),
        "the name of a key pair of this region, or none"));
  }

  Result<std::string> requirements() {
    const model::Requirements& wanted = *group_.requirements;
    ASSIGN_OR_RETURN(const auto offered, all_types({}));
    types_ = model::types_that_meet(wanted, offered);
    if (types_.empty()) return base::fail("RequirementsUnmet", why_unmet(wanted, offered));
    return std::to_string(types_.size()) + " instance types meet them: " + listed(types_);
  }

  Result<std::vector<model::InstanceTypeInfo>> all_types(
      const std::vector<model::InstanceType>& named) const {
    model::DescribeInstanceTypes call;
    call.types = named;
    if (named.empty()) {
      call.filters = {{"current-generation", {"true"}}, {"supported-usage-class", {"spot"}}};
      call.max_results = 100;  // AWS's own maximum.
    }
    std::vector<model::InstanceTypeInfo> all;
    do {
      ASSIGN_OR_RETURN(auto reply, ask<model::InstanceTypesReply>(call));
      std::move(reply.types.begin(), reply.types.end(), std::back_inserter(all));
      call.next = std::move(reply.next);
    } while (!call.next.empty());
    return all;
  }

  std::vector<model::InstanceType> asked_types() const {
    return {types_.begin(),
            types_.begin() + static_cast<ptrdiff_t>(std::min(types_.size(), kMostTypes))};
  }

  base::Error types_unknown(base::Error error) const {
    if (model::is_unknown_type(error.code))
      error.message = "instance_types names one that" + in_region() +
                      " is not there: " + error.message +
                      "; allowed: instance types of this region";
    return error;
  }

  Result<std::string> types() {
    if (types_.empty()) return not_tried("none is known");
    if (!group_.requirements) {
      auto infos = all_types(asked_types());
      if (!infos) return tl::unexpected(types_unknown(std::move(infos).error()));
      RETURN_IF_ERROR(check_infos(*infos));
    } else if (!architecture_.empty() && architecture_ != group_.requirements->architecture) {
      return base::fail("OtherArchitecture",
                        "arch in requirements is " + group_.requirements->architecture +
                            ", and the image is for " + architecture_ +
                            "; allowed: " + architecture_ + ", or another image");
    }
    if (zones_.empty()) return not_tried("the subnets' zones are not known");
    return pools();
  }

  base::Status check_infos(const std::vector<model::InstanceTypeInfo>& infos) const {
    for (const model::InstanceTypeInfo& info : infos) {
      const auto& fits = info.architectures;
      if (!architecture_.empty() &&
          std::find(fits.begin(), fits.end(), architecture_) == fits.end())
        return base::fail(
            "OtherArchitecture",
            info.type.str() + " in instance_types cannot run the image, which is for " +
                architecture_ + "; allowed: types for " + architecture_ + ", or another image");
      if (!info.supports_spot)
        return base::fail("NoSpot", info.type.str() +
                                        " in instance_types cannot be had as a Spot instance; "
                                        "allowed: types that can");
    }
    return {};
  }

  // AWS has a Spot price for a type exactly in those zones that offer it.
  Result<std::string> pools() const {
    ASSIGN_OR_RETURN(const std::set<model::Pool> priced, priced_pools());
    std::string missing;
    const auto named = asked_types();
    for (const model::Zone& zone : zones_) {
      size_t offered = 0;
      for (const model::InstanceType& type : named) {
        if (priced.contains({type, zone, model::kLinux})) {
          ++offered;
        } else if (!group_.requirements) {
          missing += (missing.empty() ? "" : ", ") + type.str() + " in " + zone.str();
        }
      }
      if (offered == 0)
        return base::fail("NotOffered", "none of " + listed(named) + " is offered in " +
                                            zone.str() +
                                            "; allowed: types of each subnet's zone, or other "
                                            "subnets");
    }
    const std::string text =
        std::to_string(priced.size()) + " pools in " + std::to_string(zones_.size()) + " zones";
    return missing.empty() ? text : text + "; not offered: " + missing;
  }

  Result<std::set<model::Pool>> priced_pools() const {
    model::DescribeSpotPriceHistory call;
    call.types = asked_types();
    model::Filter zones{"availability-zone", {}};
    for (const model::Zone& zone : zones_) zones.values.push_back(zone.str());
    call.filters.push_back(std::move(zones));
    call.start = call.end = place_.now;  // Both now: one per pool.
    std::set<model::Pool> pools;
    do {
      ASSIGN_OR_RETURN(auto reply, ask<model::SpotPricesReply>(call));
      for (const model::SpotPrice& price : reply.prices) pools.insert(price.pool);
      call.next = std::move(reply.next);
    } while (!call.next.empty());
    return pools;
  }

  std::optional<model::Call> trial() const {
    if (group_.launch_by == model::LaunchBy::kSpotRequest) {
      model::SpotRequestParameters p;
      p.launch = *group_.machine;
      p.launch.type = types_.front();
      p.launch.subnet = group_.subnets.front();
      p.max_price = group_.max_price;
      p.client_token = kToken;
      return model::RequestSpotInstances{model::spot_request_body(p) + "&DryRun=true"};
    }
    if (!template_) return std::nullopt;
    return group_.launch_by == model::LaunchBy::kFleet ? trial_fleet() : trial_launch();
  }

  model::Call trial_launch() const {
    model::LaunchParameters p;
    p.deployment = place_.deployment;
    p.group = group_.name;
    p.launch = {"check", 1};
    p.launch_template = template_->first;
    p.template_version = template_->second;
    p.type = types_.front();
    p.subnet = group_.subnets.front();
    p.max_price = group_.max_price;
    p.tags = group_.tags;
    p.client_token = kToken;
    return model::RunInstances{model::launch_request_body(p) + "&DryRun=true"};
  }

  model::Call trial_fleet() const {
    model::FleetParameters p;
    p.deployment = place_.deployment;
    p.group = group_.name;
    p.launch = {"check", 1};
    p.launch_template = template_->first;
    p.template_version = template_->second;
    p.overrides = {{types_.front(), group_.subnets.front(), group_.max_price, {}}};
    p.spot_count = 1;
    p.tags = group_.tags;
    p.client_token = kToken;
    return model::CreateFleet{model::fleet_request_body(p) + "&DryRun=true"};
  }

  // AWS checks the right first, and answers an error in any case.
  Result<std::string> right_to_launch() const {
    if (types_.empty()) return not_tried("no instance type is known");
    const auto call = trial();
    if (!call) return not_tried("no launch template is known to try it with");
    const std::string action(model::action_of(*call));
    const auto reply = ask_(*call);
    if (reply) return base::fail("DryRunIgnored", action + " took no notice of DryRun");
    base::Error error = reply.error();
    if (model::is_dry_run_passed(error.code)) return action + " would be carried out";
    if (model::is_right_missing(error.code))
      error.message = action + " is refused: " + error.message + "; allow ec2:" + action +
                      " and ec2:CreateTags to the keeper's role";
    return tl::unexpected(std::move(error));
  }

  const model::GroupSpec& group_;
  const LaunchPlace& place_;
  const Asker& ask_;
  std::vector<Finding> findings_;
  std::vector<model::InstanceType> types_;  // Once known: those that meet the requirements.
  std::optional<Parts> parts_;              // Nothing while the launch template is not known.
  std::optional<std::pair<model::LaunchTemplateId, int64_t>> template_;
  std::set<std::string> vpcs_;  // Of the subnets.
  std::set<model::Zone> zones_;
  std::string architecture_;  // The image's; empty while it is not known.
};

}  // namespace

std::vector<Finding> check_launch(const model::GroupSpec& group, const LaunchPlace& place,
                                  const Asker& ask) {
  return LaunchCheck(group, place, ask).run();
}

}  // namespace app
