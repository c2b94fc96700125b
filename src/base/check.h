// CHECK: the end of the line for bugs.
//
// A broken invariant is not an error that a caller handles: the process prints where and why and
// aborts, systemd restarts it and the journal brings back what was true. Always compiled in, also
// in release builds. Never used for input: what comes from outside yields a Result.
#pragma once

#include <string_view>

namespace base {

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view detail);

}  // namespace base

#define CHECK(condition) \
  ((condition) ? void(0) : ::base::check_failed(__FILE__, __LINE__, #condition, {}))

// `detail` is evaluated only on failure.
#define CHECK_MSG(condition, detail) \
  ((condition) ? void(0) : ::base::check_failed(__FILE__, __LINE__, #condition, (detail)))
