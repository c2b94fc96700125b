// Which queue a URL means. AWS has several host names for one and the same queue, and two keepers
// may name it differently.
#pragma once

#include <string>
#include <string_view>

namespace app {

// "us-east-2/111122223333/events" for a host of AWS's; for any other one the URL without its
// scheme.
std::string queue_identity(std::string_view url);

}  // namespace app
