// A file that somebody names, read whole: a regular one, of a bounded size.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace app {

// The error's message says why not, as the end of "cannot be read: ". `most_mebibytes` is the
// limit.
base::Result<std::string> read_whole_file(const std::string& path, size_t most_mebibytes);

}  // namespace app
