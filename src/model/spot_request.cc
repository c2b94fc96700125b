#include "model/spot_request.h"

#include "base/check.h"
#include "base/form.h"
#include "model/launch_form.h"

namespace model {

std::string spot_request_body(const SpotRequestParameters& p) {
  CHECK(p.count >= 1 && !p.client_token.empty());
  base::Form form;
  form.add("Action", "RequestSpotInstances");
  form.add("Version", "2016-11-15");
  form.add("ClientToken", p.client_token);
  form.add("InstanceCount", std::to_string(p.count));
  form.add("Type", std::string(to_string(p.type)));
  form.add("InstanceInterruptionBehavior", "terminate");
  if (p.max_price) form.add("SpotPrice", base::to_string(*p.max_price));
  if (p.valid_until) form.add("ValidUntil", base::to_iso8601(*p.valid_until));
  add_launch_data(form, "LaunchSpecification.", p.launch);
  if (!p.tags.empty()) add_tag_specification(form, 1, kSpotRequestResource, p.tags);
  return form.encode();
}

}  // namespace model
