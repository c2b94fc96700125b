// Tags as EC2's requests carry them, with AWS's rules about their names and number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/form.h"
#include "model/instance.h"
#include "sim/wire.h"

namespace sim {

inline constexpr size_t kMostTags = 50;  // Of a resource.

bool is_of_aws(std::string_view key);
// "Key" and "Value".
Answer<model::Tag> read_tag(const base::Form& form);
// Adds it, or replaces the value of the tag with that key.
void set_tag(std::vector<model::Tag>& tags, const model::Tag& tag);
// Adds what the request's TagSpecifications say of that type of resource.
Answer<void> add_tags(const base::Form& form, std::string_view resource_type,
                      std::vector<model::Tag>& tags);
// Refuses specifications of any other type.
Answer<void> check_tagged_types(const base::Form& form,
                                const std::vector<std::string_view>& resource_types);

// What the filters "tag-key" and "tag:<key>" compare with.
std::vector<std::string> tag_values(const std::vector<model::Tag>& tags, std::string_view filter);
// <tagSet>; nothing without tags, as EC2 has it.
void write_tags(Xml& xml, const std::vector<model::Tag>& tags);

}  // namespace sim
