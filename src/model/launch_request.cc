#include "model/launch_request.h"

#include "base/check.h"
#include "base/digest.h"
#include "base/form.h"

namespace model {
namespace {

// Fields are joined with a byte that none of them contains, so that ("a", "bc") is not ("ab", "c").
constexpr char kSeparator = '\0';

}  // namespace

std::string client_token(const TokenScope& scope, const GroupName& group, const LaunchId& launch) {
  std::string text = scope.deployment;
  for (const std::string& part : {scope.account.str(), scope.region.str(), group.str(),
                                  launch.incarnation, std::to_string(launch.n)})
    text += kSeparator + part;
  return base::base64url(base::as_text(base::sha256(text)));
}

std::string launch_request_body(const LaunchParameters& p) {
  CHECK(p.count >= 1 && p.template_version >= 1 && !p.client_token.empty());
  base::Form form;
  form.add("Action", "RunInstances");
  form.add("Version", "2016-11-15");
  form.add("ClientToken", p.client_token);
  form.add("InstanceType", p.type.str());
  form.add("LaunchTemplate.LaunchTemplateId", p.launch_template.str());
  form.add("LaunchTemplate.Version", std::to_string(p.template_version));
  form.add("MinCount", "1");
  form.add("MaxCount", std::to_string(p.count));
  form.add("SubnetId", p.subnet.str());
  if (p.lifecycle == Lifecycle::kSpot) {
    form.add("InstanceMarketOptions.MarketType", "spot");
    form.add("InstanceMarketOptions.SpotOptions.SpotInstanceType", "one-time");
    form.add("InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior", "terminate");
    if (p.max_price)
      form.add("InstanceMarketOptions.SpotOptions.MaxPrice", base::to_string(*p.max_price));
  }
  form.add("TagSpecification.1.ResourceType", "instance");
  form.add("TagSpecification.1.Tag.1.Key", kGroupTag);
  form.add("TagSpecification.1.Tag.1.Value", p.group.str());
  form.add("TagSpecification.1.Tag.2.Key", kLaunchTag);
  form.add("TagSpecification.1.Tag.2.Value", to_string(p.launch));
  form.add("TagSpecification.1.Tag.3.Key", kDeploymentTag);
  form.add("TagSpecification.1.Tag.3.Value", p.deployment);
  int number = 3;
  for (const Tag& tag : p.tags) {
    const std::string prefix = "TagSpecification.1.Tag." + std::to_string(++number);
    form.add(prefix + ".Key", tag.key);
    form.add(prefix + ".Value", tag.value);
  }
  return form.encode();
}

bool is_launch_request(const std::string& body, const TokenScope& scope, const GroupName& group,
                       const LaunchId& launch) {
  const auto form = base::Form::parse(body);
  if (!form) return false;
  const std::pair<const char*, std::string> expected[] = {
      {"Action", "RunInstances"},
      {"ClientToken", client_token(scope, group, launch)},
      {"TagSpecification.1.ResourceType", "instance"},
      {"TagSpecification.1.Tag.1.Key", kGroupTag},
      {"TagSpecification.1.Tag.1.Value", group.str()},
      {"TagSpecification.1.Tag.2.Key", kLaunchTag},
      {"TagSpecification.1.Tag.2.Value", to_string(launch)},
      {"TagSpecification.1.Tag.3.Key", kDeploymentTag},
      {"TagSpecification.1.Tag.3.Value", scope.deployment},
  };
  for (const auto& [name, value] : expected) {
    int times = 0;
    for (const auto& [key, given] : form->pairs())
      if (key == name) times += given == value ? 1 : 2;
    if (times != 1) return false;  // Missing, another value, or twice.
  }
  return true;
}

}  // namespace model
