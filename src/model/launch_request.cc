#include "model/launch_request.h"

#include <algorithm>

#include "base/check.h"
#include "base/digest.h"
#include "base/form.h"
#include "model/adoption.h"
#include "model/launch_form.h"

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
  add_tag_specification(form, 1, kInstanceResource,
                        launch_tags(p.group, p.launch, p.deployment, p.tags));
  return form.encode();
}

std::optional<LaunchKind> kind_of_launch(const std::string& body) {
  const auto form = base::Form::parse(body);
  const std::string action = form ? form->get("Action") : "";
  if (action == "RunInstances") return LaunchKind::kRunInstances;
  if (action == "CreateFleet") return LaunchKind::kFleet;
  if (action == "RequestSpotInstances") return LaunchKind::kSpotRequest;
  if (action == "CreateTags") return LaunchKind::kAdoption;
  return std::nullopt;
}

bool is_launch_request(const std::string& body, const TokenScope& scope, const GroupName& group,
                       const LaunchId& launch) {
  const auto form = base::Form::parse(body);
  const auto kind = kind_of_launch(body);
  if (!form || !kind) return false;
  if (*kind == LaunchKind::kAdoption) return is_adoption(*form, group, launch, scope.deployment);
  base::Form expected;
  expected.add("Action", form->get("Action"));
  // Another type of fleet, or of Spot request, would go on launching by itself.
  if (*kind == LaunchKind::kFleet) expected.add("Type", "instant");
  if (*kind == LaunchKind::kSpotRequest) expected.add("Type", "one-time");
  expected.add("ClientToken", client_token(scope, group, launch));
  const char* tagged = *kind == LaunchKind::kSpotRequest ? kSpotRequestResource : kInstanceResource;
  add_tag_specification(expected, 1, tagged, launch_tags(group, launch, scope.deployment, {}));
  return std::all_of(expected.pairs().begin(), expected.pairs().end(), [&](const auto& field) {
    return holds_once(*form, field.first, field.second);
  });
}

}  // namespace model
