#include "model/auto_scaling.h"

#include <algorithm>

namespace model {

bool can_be_detached(const AutoScalingMember& member) {
  return member.lifecycle_state == "InService" || member.lifecycle_state == "Standby";
}

bool is_detached(const AutoScalingMember& member) {
  return member.lifecycle_state == "Detaching" || member.lifecycle_state == "Detached";
}

bool is_being_ended(const AutoScalingMember& member) {
  return member.lifecycle_state.starts_with("Terminat");
}

bool is_auto_scaling_group_name(std::string_view text) {
  constexpr size_t kLongest = 255;
  return !text.empty() && text.size() <= kLongest &&
         std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < ' ' || byte == 0x7f || c == ':';
         });
}

}  // namespace model
