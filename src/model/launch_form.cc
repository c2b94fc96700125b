#include "model/launch_form.h"

namespace model {

std::vector<Tag> launch_tags(const GroupName& group, const LaunchId& launch,
                             const std::string& deployment, const std::vector<Tag>& others) {
  std::vector<Tag> tags = {
      {kGroupTag, group.str()}, {kLaunchTag, to_string(launch)}, {kDeploymentTag, deployment}};
  tags.insert(tags.end(), others.begin(), others.end());
  return tags;
}

void add_tag_specification(base::Form& form, int number, const std::string& resource_type,
                           const std::vector<Tag>& tags) {
  const std::string specification = "TagSpecification." + std::to_string(number);
  form.add(specification + ".ResourceType", resource_type);
  for (size_t i = 0; i < tags.size(); ++i) {
    const std::string tag = specification + ".Tag." + std::to_string(i + 1);
    form.add(tag + ".Key", tags[i].key);
    form.add(tag + ".Value", tags[i].value);
  }
}

bool holds_once(const base::Form& form, std::string_view name, std::string_view value) {
  int times = 0;
  for (const auto& [key, given] : form.pairs())
    if (key == name) times += given == value ? 1 : 2;
  return times == 1;
}

}  // namespace model
