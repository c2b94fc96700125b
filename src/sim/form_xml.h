// Request parameters written back as the XML in which EC2 shows them.
//
// "BlockDeviceMapping.1.Ebs.VolumeSize" becomes
// <blockDeviceMappingSet><item><ebs><volumeSize>. Where EC2 spells a list otherwise, the caller
// says so.
#pragma once

#include <string_view>
#include <vector>

#include "base/form.h"
#include "sim/wire.h"

namespace sim {

struct ListSpelling {
  std::string_view parameter;  // Its path without numbers: "NetworkInterface.SecurityGroupId".
  std::string_view element;    // Around the list.
  std::string_view member = "item";  // Around each of its members.
  std::string_view inner = {};       // Around the text of a member; none when empty.
};

void write_form(Xml& xml, const base::Form& form, const std::vector<ListSpelling>& spellings = {});

}  // namespace sim
