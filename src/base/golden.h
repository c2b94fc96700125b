// Where the golden files lie: tests/golden of this checkout. For tests only.
#pragma once

#include <string>
#include <string_view>

namespace base {

// "aws/run_instances.xml" -> "/…/tests/golden/aws/run_instances.xml"
std::string golden_path(std::string_view name);

}  // namespace base
