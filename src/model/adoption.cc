#include "model/adoption.h"

#include <algorithm>

#include "base/check.h"
#include "model/auto_scaling.h"
#include "model/launch_form.h"

namespace model {
namespace {

constexpr char kScalingGroup[] = "AutoScalingGroupName";

std::optional<Adoption> read(const base::Form& form) {
  if (!holds_once(form, "Action", "CreateTags")) return std::nullopt;
  Adoption adoption;
  for (int i = 1;; ++i) {
    const std::string id = form.get("ResourceId." + std::to_string(i));
    if (id.empty()) break;
    if (!is_instance_id(id)) return std::nullopt;
    adoption.instances.emplace_back(id);
  }
  for (int i = 1;; ++i) {
    const std::string tag = "Tag." + std::to_string(i) + ".";
    std::string key = form.get(tag + "Key");
    if (key.empty()) break;
    adoption.tags.push_back({std::move(key), form.get(tag + "Value")});
  }
  if (const std::string* group = form.find(kScalingGroup)) {
    if (!is_auto_scaling_group_name(*group) || !holds_once(form, kScalingGroup, *group))
      return std::nullopt;
    adoption.scaling_group = AutoScalingGroupName(*group);
  }
  return adoption.instances.empty() ? std::nullopt : std::optional(std::move(adoption));
}

std::vector<Tag> all_tags(const GroupName& group, const LaunchId& launch,
                          const std::string& deployment, const std::vector<Tag>& others) {
  std::vector<Tag> tags = launch_tags(group, launch, deployment, {{kAdoptedTag, "true"}});
  tags.insert(tags.end(), others.begin(), others.end());
  return tags;
}

}  // namespace

std::string adoption_body(const Adoption& adoption, const GroupName& group, const LaunchId& launch,
                          const std::string& deployment) {
  CHECK(!adoption.instances.empty());
  base::Form form;
  form.add("Action", "CreateTags");
  if (!adoption.scaling_group.empty()) form.add(kScalingGroup, adoption.scaling_group.str());
  for (size_t i = 0; i < adoption.instances.size(); ++i)
    form.add("ResourceId." + std::to_string(i + 1), adoption.instances[i].str());
  const std::vector<Tag> tags = all_tags(group, launch, deployment, adoption.tags);
  for (size_t i = 0; i < tags.size(); ++i) {
    const std::string tag = "Tag." + std::to_string(i + 1) + ".";
    form.add(tag + "Key", tags[i].key);
    form.add(tag + "Value", tags[i].value);
  }
  return form.encode();
}

std::optional<Adoption> parse_adoption(const std::string& body) {
  const auto form = base::Form::parse(body);
  return form ? read(*form) : std::nullopt;
}

bool is_adoption(const base::Form& form, const GroupName& group, const LaunchId& launch,
                 const std::string& deployment) {
  const std::optional<Adoption> adoption = read(form);
  if (!adoption || adoption->instances.size() != 1) return false;
  const std::vector<Tag> ours = all_tags(group, launch, deployment, {});
  return adoption->tags.size() >= ours.size() &&
         std::equal(ours.begin(), ours.end(), adoption->tags.begin());
}

}  // namespace model
