#include "model/group.h"

#include "base/check.h"

namespace model {

std::string slot_suffix(int index) {
  CHECK(index >= 0);
  std::string suffix;
  for (int rest = index + 1; rest > 0; rest = (rest - 1) / 26)
    suffix.insert(suffix.begin(), static_cast<char>('a' + (rest - 1) % 26));
  return suffix;
}

SlotName slot_name(const GroupName& group, int index) {
  return SlotName(group.str() + "-" + slot_suffix(index));
}

const SubnetId& slot_subnet(const GroupSpec& spec, int index) {
  CHECK(!spec.subnets.empty());
  return spec.subnets[static_cast<size_t>(index) % spec.subnets.size()];
}

}  // namespace model
