// What the bodies of all launches have in common: their tags, and a field that must be there once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/form.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/ledger_record.h"

namespace model {

// Our three tags in the order in which is_launch_request looks for them, then the others.
std::vector<Tag> launch_tags(const GroupName& group, const LaunchId& launch,
                             const std::string& deployment, const std::vector<Tag>& others);

// What a tag specification may be for.
inline constexpr char kInstanceResource[] = "instance";
inline constexpr char kSpotRequestResource[] = "spot-instances-request";

// "TagSpecification.<number>" for one kind of resource.
void add_tag_specification(base::Form& form, int number, const std::string& resource_type,
                           const std::vector<Tag>& tags);

// True when the field is there exactly once, with that value.
bool holds_once(const base::Form& form, std::string_view name, std::string_view value);

}  // namespace model
