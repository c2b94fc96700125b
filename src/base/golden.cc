// The one file that knows the checkout's folder, so that the others compile alike in every clone
// and the compiler cache serves them all.
#include "base/golden.h"

namespace base {

std::string golden_path(std::string_view name) {
  return std::string(SK_GOLDEN_DIR "/").append(name);
}

}  // namespace base
