// What systemd is told of a service of Type=notify; says nothing when it did not start us.
#pragma once

#include <string>

namespace app {

// `state` as systemd defines it: "READY=1", "STOPPING=1", …
void sd_notify(const std::string& state);

}  // namespace app
