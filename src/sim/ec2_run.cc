// RunInstances with its tokens, TerminateInstances, CreateTags and DeleteTags.
#include <algorithm>

#include "sim/ec2.h"
#include "sim/ec2_query.h"
#include "sim/ec2_tags.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

constexpr size_t kMostResources = 1000;

// The request's own value, else the launch template's.
std::string either(const base::Form& form, const base::Form& defaults, std::string_view name) {
  const std::string* own = form.find(name);
  return own ? *own : defaults.get(name);
}

Answer<void> read_market(const base::Form& form, const base::Form& defaults, LaunchOrder& order) {
  const std::string prefix = "InstanceMarketOptions.";
  const std::string market = either(form, defaults, prefix + "MarketType");
  if (market.empty()) return {};
  if (market != "spot")
    return refuse("InvalidParameterValue", "Value (" + market + ") for MarketType is invalid.");
  order.lifecycle = model::Lifecycle::kSpot;
  const std::string spot = prefix + "SpotOptions.";
  if (const std::string type = either(form, defaults, spot + "SpotInstanceType");
      !type.empty() && type != "one-time")
    return refuse("UnsupportedOperation", "The region simulates one-time Spot requests only.");
  if (const std::string action = either(form, defaults, spot + "InstanceInterruptionBehavior");
      !action.empty() && action != "terminate")
    return refuse("InvalidParameterCombination",
                  "One-time Spot requests can only have interruption behavior terminate.");
  const std::string price = either(form, defaults, spot + "MaxPrice");
  if (price.empty()) return {};
  order.max_price = base::parse_money(price);
  if (!order.max_price)
    return refuse("InvalidParameterValue", "Invalid value '" + price + "' for MaxPrice.");
  return {};
}

Answer<void> read_counts(const base::Form& form, LaunchOrder& order) {
  for (const char* name : {"MinCount", "MaxCount"})
    if (!form.find(name))
      return refuse("MissingParameter",
                    "The request must contain the parameter " + std::string(name));
  ASSIGN_OR_RETURN(order.least, number_of(form, "MinCount", 1));
  ASSIGN_OR_RETURN(order.most, number_of(form, "MaxCount", 1));
  if (order.least < 1 || order.most < order.least)
    return refuse("InvalidParameterValue",
                  "MinCount must be at least 1 and MaxCount at least MinCount.");
  return {};
}

}  // namespace

Answer<model::SubnetId> Ec2::read_subnet(const base::Form& form, const base::Form& defaults) const {
  std::string id = either(form, defaults, "SubnetId");
  if (id.empty()) id = either(form, defaults, "NetworkInterface.1.SubnetId");
  const std::string zone = either(form, defaults, "Placement.AvailabilityZone");
  for (const auto& [subnet_id, subnet] : context_.world.subnets) {
    const bool is_meant =
        id.empty() ? zone.empty() || subnet.zone.str() == zone : subnet_id.str() == id;
    if (is_meant) return subnet_id;
  }
  if (id.empty())
    return refuse("InvalidParameterValue", "Invalid availability zone: [" + zone + "]");
  return refuse("InvalidSubnetID.NotFound", "The subnet ID '" + id + "' does not exist");
}

Answer<LaunchOrder> Ec2::read_order(const base::Form& form) {
  LaunchOrder order;
  base::Form defaults;
  if (const base::Form named = below(form, "LaunchTemplate"); !named.pairs().empty()) {
    ASSIGN_OR_RETURN(const LaunchTemplate* found, template_of(named));
    ASSIGN_OR_RETURN(const LaunchTemplateVersion* version,
                     version_of(*found, named.get("Version", "$Default")));
    defaults = version->data;
    order.tags.push_back({"aws:ec2launchtemplate:id", found->id.str()});
    order.tags.push_back({"aws:ec2launchtemplate:version", std::to_string(version->number)});
  }
  if (auto ok = read_counts(form, order); !ok) return tl::unexpected(ok.error());
  order.image = model::ImageId(either(form, defaults, "ImageId"));
  if (order.image.empty())
    return refuse("MissingParameter", "The request must contain the parameter ImageId");
  if (order.image != context_.world.image)
    return refuse("InvalidAMIID.NotFound",
                  "The image id '[" + order.image.str() + "]' does not exist");
  order.type = model::InstanceType(either(form, defaults, "InstanceType"));
  if (order.type.empty()) order.type = model::InstanceType("m5.large");
  if (!market_.knows(order.type))
    return refuse("InvalidParameterValue",
                  "Invalid value '" + order.type.str() + "' for InstanceType.");
  ASSIGN_OR_RETURN(order.subnet, read_subnet(form, defaults));
  if (auto ok = read_market(form, defaults, order); !ok) return tl::unexpected(ok.error());
  if (auto ok = add_tags(defaults, "instance", order.tags); !ok) return tl::unexpected(ok.error());
  if (auto ok = add_tags(form, "instance", order.tags); !ok) return tl::unexpected(ok.error());
  ASSIGN_OR_RETURN(order.client_token, read_client_token(form));
  return order;
}

Answer<std::string> Ec2::run_instances(const base::Form& form) {
  ASSIGN_OR_RETURN(const LaunchOrder order, read_order(form));
  if (order.client_token.empty()) return launch_once(form, order);
  const model::Zone& zone = context_.world.subnets.at(order.subnet).zone;
  const auto known = tokens_.find({order.client_token, zone});
  if (known != tokens_.end()) return replay(known->second, parameters_of(form));
  return launch_once(form, order);
}

// While a zone is down, nothing is launched there.
Answer<void> Ec2::check_zone_up(const model::SubnetId& subnet) const {
  if (!context_.faults.zones_down.contains(context_.world.subnets.at(subnet).zone)) return {};
  return refuse("Unavailable", "The server is overloaded and can't handle the request.", 503);
}

Answer<std::string> Ec2::launch_once(const base::Form& form, const LaunchOrder& order) {
  const model::Zone& zone = context_.world.subnets.at(order.subnet).zone;
  if (auto ok = check_zone_up(order.subnet); !ok) return tl::unexpected(ok.error());
  const auto launched = instances_.launch(order);
  if (!order.client_token.empty() && (launched || context_.quirks.burns_failed_tokens)) {
    TokenRecord record{parameters_of(form), {}, {}};
    if (launched)
      record.ids = *launched;
    else
      record.failure = launched.error();
    tokens_.emplace(std::pair(order.client_token, zone), std::move(record));
  }
  if (!launched) return tl::unexpected(launched.error());
  return reservation_xml(*launched);
}

Answer<std::string> Ec2::replay(const TokenRecord& record, const std::string& parameters) const {
  if (record.parameters != parameters) return token_mismatch();
  if (!record.failure.code.empty()) return tl::unexpected(record.failure);
  const auto dead = static_cast<size_t>(
      std::count_if(record.ids.begin(), record.ids.end(), [&](const model::InstanceId& id) {
        const auto found = context_.world.instances.find(id);
        return found == context_.world.instances.end() || !found->second.is_live();
      }));
  if (dead == record.ids.size() || (dead > 0 && context_.quirks.one_death_ends_token))
    return refuse("IdempotentInstanceTerminated",
                  "The request to launch an instance uses the same client token as a previous "
                  "request for which the instance has been terminated.");
  return reservation_xml(record.ids);
}

std::string Ec2::reservation_xml(const std::vector<model::InstanceId>& ids) const {
  Xml xml;
  std::string reservation;
  Xml items;
  for (const model::InstanceId& id : ids) {
    const auto found = context_.world.instances.find(id);
    if (found == context_.world.instances.end()) continue;  // Dead for more than an hour.
    reservation = found->second.reservation;
    write_instance(items, found->second, found->second.state(), context_.world.vpc);
  }
  xml.text("reservationId", reservation);
  xml.text("ownerId", context_.options.account);
  xml.element("groupSet", [] {});
  xml.element("instancesSet", [&] { xml.raw(items.str()); });
  return xml.str();
}

Answer<Instance*> Ec2::instance_by_id(const std::string& id) {
  if (!is_resource_id(id, "i"))
    return refuse("InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\"");
  const auto found = context_.world.instances.find(model::InstanceId(id));
  if (found == context_.world.instances.end() || found->second.found_from > context_.now)
    return refuse("InvalidInstanceID.NotFound", "The instance ID '" + id + "' does not exist");
  return &found->second;
}

Answer<std::string> Ec2::terminate_instances(const base::Form& form) {
  const auto ids = list_of(form, "InstanceId");
  if (ids.empty())
    return refuse("MissingParameter", "The request must contain the parameter InstanceId");
  if (ids.size() > kMostResources)
    return refuse("InvalidParameterValue", "At most 1000 instances can be terminated at once.");
  std::vector<Instance*> chosen;
  for (const std::string& id : ids) {
    // One bad id, and none is terminated.
    ASSIGN_OR_RETURN(Instance * instance, instance_by_id(id));
    if (std::find(chosen.begin(), chosen.end(), instance) == chosen.end())
      chosen.push_back(instance);
  }
  Xml xml;
  xml.element("instancesSet", [&] {
    for (Instance* instance : chosen) {
      const model::InstanceState previous = instance->state();
      instances_.terminate(instance->id);
      xml.element("item", [&] {
        xml.text("instanceId", instance->id.str());
        write_state(xml, "currentState", instance->state());
        write_state(xml, "previousState", previous);
      });
    }
  });
  return xml.str();
}

Answer<std::vector<model::Tag>*> Ec2::tags_of(const std::string& id) {
  World& world = context_.world;
  if (const auto request = world.spot_requests.find(model::SpotRequestId(id));
      request != world.spot_requests.end())
    return &request->second.tags;
  if (const auto fleet = world.fleets.find(model::FleetId(id)); fleet != world.fleets.end())
    return &fleet->second.tags;
  if (const auto found = world.launch_templates.find(model::LaunchTemplateId(id));
      found != world.launch_templates.end())
    return &found->second.tags;
  if (!id.starts_with("i-")) return refuse("InvalidID", "The ID '" + id + "' is not valid");
  ASSIGN_OR_RETURN(Instance * instance, instance_by_id(id));
  return &instance->tags;
}

// All of them or none.
Answer<std::vector<std::vector<model::Tag>*>> Ec2::tags_of_all(
    const std::vector<std::string>& resources) {
  if (resources.size() > kMostResources)
    return refuse("InvalidParameterValue", "At most 1000 resources can be tagged at once.");
  std::vector<std::vector<model::Tag>*> tagged;
  for (const std::string& id : resources) {
    ASSIGN_OR_RETURN(std::vector<model::Tag> * existing, tags_of(id));
    tagged.push_back(existing);
  }
  return tagged;
}

Answer<std::string> Ec2::create_tags(const base::Form& form) {
  const auto resources = list_of(form, "ResourceId");
  const auto tags = groups_of(form, "Tag");
  if (resources.empty() || tags.empty())
    return refuse("MissingParameter", "The request must contain ResourceId and Tag");
  ASSIGN_OR_RETURN(const auto tagged, tags_of_all(resources));
  std::vector<model::Tag> wanted;
  for (const base::Form& group : tags) {
    ASSIGN_OR_RETURN(const model::Tag tag, read_tag(group));
    wanted.push_back(tag);
  }
  for (const auto* existing : tagged)
    if (existing->size() + wanted.size() > kMostTags)
      return refuse("TagLimitExceeded", "The maximum number of tags for a resource is 50");
  for (auto* existing : tagged)
    for (const model::Tag& tag : wanted) set_tag(*existing, tag);
  return std::string("<return>true</return>");
}

// With a value only a tag that has it; with no keys at all, every one but AWS's own.
Answer<std::string> Ec2::delete_tags(const base::Form& form) {
  const auto resources = list_of(form, "ResourceId");
  const auto tags = groups_of(form, "Tag");
  if (resources.empty())
    return refuse("MissingParameter", "The request must contain the parameter ResourceId");
  for (const base::Form& tag : tags)
    if (is_of_aws(tag.get("Key")))
      return refuse("InvalidParameterValue", "Tag keys that begin with aws: are AWS's own");
  ASSIGN_OR_RETURN(const auto tagged, tags_of_all(resources));
  const auto is_named = [&](const model::Tag& known) {
    return std::any_of(tags.begin(), tags.end(), [&](const base::Form& tag) {
      const std::string* value = tag.find("Value");
      return tag.get("Key") == known.key && (!value || *value == known.value);
    });
  };
  for (auto* existing : tagged)
    std::erase_if(*existing, [&](const model::Tag& known) {
      return tags.empty() ? !is_of_aws(known.key) : is_named(known);
    });
  return std::string("<return>true</return>");
}

}  // namespace sim
