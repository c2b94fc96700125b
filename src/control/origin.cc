#include "control/origin.h"

#include <charconv>
#include <string>

#include "control/adoption.h"
#include "model/adoption.h"

namespace control {
namespace {

constexpr char kTemplateTag[] = "aws:ec2launchtemplate:id";
constexpr char kVersionTag[] = "aws:ec2launchtemplate:version";

}  // namespace

model::LaunchId launch_of(const model::Instance& instance) {
  const std::string* tag = instance.tag(model::kLaunchTag);
  const auto id = tag ? model::parse_launch_id(*tag) : std::nullopt;
  return id.value_or(model::LaunchId{});
}

int64_t version_of(const GroupState& group, const model::Instance& instance, int64_t otherwise) {
  if (instance.tag(model::kAdoptedTag)) return kAdoptedVersion;
  const std::string* origin = instance.tag(kTemplateTag);
  const std::string* version = instance.tag(kVersionTag);
  if (!origin || !version || group.template_id.empty()) return otherwise;
  if (*origin != group.template_id.str()) return kAdoptedVersion;
  int64_t number = 0;
  const char* end = version->data() + version->size();
  const auto [rest, error] = std::from_chars(version->data(), end, number);
  return error == std::errc{} && rest == end && number > 0 ? number : otherwise;
}

}  // namespace control
