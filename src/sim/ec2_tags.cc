#include "sim/ec2_tags.h"

#include <algorithm>

#include "base/result.h"

namespace sim {

void set_tag(std::vector<model::Tag>& tags, const model::Tag& tag) {
  const auto same = std::find_if(tags.begin(), tags.end(),
                                 [&](const model::Tag& other) { return other.key == tag.key; });
  if (same == tags.end())
    tags.push_back(tag);
  else
    same->value = tag.value;
}

bool is_of_aws(std::string_view key) { return key.starts_with("aws:"); }

Answer<model::Tag> read_tag(const base::Form& form) {
  model::Tag tag{form.get("Key"), form.get("Value")};
  if (tag.key.empty() || tag.key.size() > 127)
    return refuse("InvalidParameterValue", "Tag key must have 1 to 127 characters");
  if (tag.value.size() > 255)
    return refuse("InvalidParameterValue", "Tag value exceeds the maximum length of 255");
  if (is_of_aws(tag.key))
    return refuse("InvalidParameterValue",
                  "Tag keys starting with 'aws:' are reserved for internal use");
  return tag;
}

Answer<void> add_tags(const base::Form& form, std::string_view resource_type,
                      std::vector<model::Tag>& tags) {
  for (const base::Form& specification : groups_of(form, "TagSpecification")) {
    if (specification.get("ResourceType") != resource_type) continue;
    for (const base::Form& group : groups_of(specification, "Tag")) {
      ASSIGN_OR_RETURN(const model::Tag tag, read_tag(group));
      set_tag(tags, tag);
    }
  }
  if (tags.size() > kMostTags)
    return refuse("TagLimitExceeded", "The maximum number of tags for a resource is 50");
  return {};
}

Answer<void> check_tagged_types(const base::Form& form,
                                const std::vector<std::string_view>& resource_types) {
  for (const base::Form& specification : groups_of(form, "TagSpecification")) {
    const std::string type = specification.get("ResourceType");
    if (std::find(resource_types.begin(), resource_types.end(), type) == resource_types.end())
      return refuse("InvalidParameterValue",
                    "'" + type + "' is not a valid taggable resource type for this operation.");
  }
  return {};
}

std::vector<std::string> tag_values(const std::vector<model::Tag>& tags, std::string_view filter) {
  std::vector<std::string> values;
  for (const model::Tag& tag : tags) {
    if (filter == "tag-key") values.push_back(tag.key);
    if (filter.starts_with("tag:") && filter.substr(4) == tag.key) values.push_back(tag.value);
  }
  return values;
}

void write_tags(Xml& xml, const std::vector<model::Tag>& tags) {
  if (tags.empty()) return;
  xml.element("tagSet", [&] {
    for (const model::Tag& tag : tags)
      xml.element("item", [&] {
        xml.text("key", tag.key);
        xml.text("value", tag.value);
      });
  });
}

}  // namespace sim
