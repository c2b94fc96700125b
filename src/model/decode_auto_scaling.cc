#include <array>
#include <string>

#include "model/decode_detail.h"

namespace model::decoding {
namespace {

using base::Status;

std::optional<LifecycleTransition> transition_of(const json::object& message) {
  const std::string text = json::text_or_empty(message, "LifecycleTransition");
  if (text == "autoscaling:EC2_INSTANCE_LAUNCHING") return LifecycleTransition::kLaunching;
  if (text == "autoscaling:EC2_INSTANCE_TERMINATING") return LifecycleTransition::kTerminating;
  return std::nullopt;
}

base::Result<std::string> required_name(const json::object& message, std::string_view key) {
  ASSIGN_OR_RETURN(std::string name, required(message, key));
  if (name.empty()) return malformed(std::string(key) + " is empty");
  return name;
}

Status read_lifecycle_event(const Event& event, Notice& notice) {
  return read_lifecycle_action(event.detail, notice);
}

// A launch that failed names no instance.
Status read_activity(const Event& event, Notice& notice) {
  ScalingAction action;
  if (notice.detail_type.find("Launch") != std::string::npos)
    action.transition = LifecycleTransition::kLaunching;
  ASSIGN_OR_RETURN(action.group, required_name(event.detail, "AutoScalingGroupName"));
  notice.scaling = std::move(action);
  name_if_instance(json::text_or_empty(event.detail, "EC2InstanceId"), notice);
  return {};
}

constexpr char kAutoScaling[] = "aws.autoscaling";
using enum NoticeKind;

constexpr std::array<Shape, 6> kShapes{{
    {kAutoScaling, "EC2 Instance-launch Lifecycle Action", kLifecycleAction, read_lifecycle_event},
    {kAutoScaling, "EC2 Instance-terminate Lifecycle Action", kLifecycleAction,
     read_lifecycle_event},
    {kAutoScaling, "EC2 Instance Launch Successful", kScalingActivity, read_activity},
    {kAutoScaling, "EC2 Instance Terminate Successful", kScalingActivity, read_activity},
    {kAutoScaling, "EC2 Instance Launch Unsuccessful", kScalingFailure, read_activity},
    {kAutoScaling, "EC2 Instance Terminate Unsuccessful", kScalingFailure, read_activity},
}};

}  // namespace

std::span<const Shape> auto_scaling_shapes() { return kShapes; }

Status read_lifecycle_action(const json::object& message, Notice& notice) {
  notice.kind = kUnknown;
  const auto transition = transition_of(message);
  if (!transition) {
    name_if_instance(json::text_or_empty(message, "EC2InstanceId"), notice);
    return {};
  }
  notice.kind = kLifecycleAction;
  constexpr std::string_view kInstance = "EC2InstanceId";
  ASSIGN_OR_RETURN(const std::string id, required(message, kInstance));
  RETURN_IF_ERROR(add_instance(id, kInstance, notice));
  ScalingAction action;
  action.transition = *transition;
  ASSIGN_OR_RETURN(action.group, required_name(message, "AutoScalingGroupName"));
  ASSIGN_OR_RETURN(action.hook, required_name(message, "LifecycleHookName"));
  action.token = json::text_or_empty(message, "LifecycleActionToken");
  notice.scaling = std::move(action);
  return {};
}

}  // namespace model::decoding
