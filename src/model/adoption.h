// The body of an adoption: machines that run already get our tags, and are ours from then on.
//
// In the ledger it is a launch like any other, with a number and slots of its own; what it sends is
// CreateTags, which may be repeated at will. Of members of an Auto Scaling group it also says which
// they must leave first: nobody else is told.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/form.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/ledger_record.h"

namespace model {

// Machines of one order: as many as one describe may ask for.
inline constexpr size_t kMostAdopted = 200;

// Says of a machine, to whoever rebuilds a lost ledger, that no template made it.
inline constexpr char kAdoptedTag[] = "spotkeeper:adopted";

struct Adoption {
  std::vector<InstanceId> instances;
  std::vector<Tag> tags;
  AutoScalingGroupName scaling_group = {};  // Empty: they are members of none.
};

// `adoption.tags` are those beside ours.
std::string adoption_body(const Adoption& adoption, const GroupName& group, const LaunchId& launch,
                          const std::string& deployment);

// The machines, with all tags they get; nothing for other bytes.
std::optional<Adoption> parse_adoption(const std::string& body);

// True when the form gives one instance our tags for that launch.
bool is_adoption(const base::Form& form, const GroupName& group, const LaunchId& launch,
                 const std::string& deployment);

}  // namespace model
