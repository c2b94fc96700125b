#include "model/group.h"

#include <string_view>

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

std::optional<int> slot_index(const GroupName& group, const SlotName& slot) {
  constexpr size_t kLongest = 6;  // Some 300 million slots: no index overflows.
  std::string_view rest = slot.str();
  if (!rest.starts_with(group.str())) return std::nullopt;
  rest.remove_prefix(group.str().size());
  if (rest.size() < 2 || rest.size() > 1 + kLongest || rest.front() != '-') return std::nullopt;
  int number = 0;
  for (const char letter : rest.substr(1)) {
    if (letter < 'a' || letter > 'z') return std::nullopt;
    number = number * 26 + (letter - 'a' + 1);
  }
  return number - 1;
}

const SubnetId& slot_subnet(const GroupSpec& spec, int index) {
  CHECK(!spec.subnets.empty());
  return spec.subnets[static_cast<size_t>(index) % spec.subnets.size()];
}

}  // namespace model
