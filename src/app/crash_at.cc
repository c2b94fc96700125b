#include "app/crash_at.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/quote.h"

namespace app {
namespace {

base::Error refusal(std::string_view text) {
  std::string names;
  for (const std::string_view name : engine::kCrashPointNames)
    names.append(names.empty() ? "" : ", ").append(name);
  return {"InvalidCrashPoint",
          "SPOTKEEPER_CRASH_AT is " + base::quote(text) +
              "; allowed: a point, or a point and a count as in decided:3; the points are " + names,
          {},
          base::Retry::kNever};
}

bool parse_count(std::string_view text, int& count) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc{} && end == text.data() + text.size() && count >= 1;
}

}  // namespace

base::Result<CrashAt> parse_crash_at(std::string_view text) {
  const size_t colon = text.find(':');
  const auto& names = engine::kCrashPointNames;
  const auto found = std::find(names.begin(), names.end(), text.substr(0, colon));
  if (found == names.end()) return tl::unexpected(refusal(text));
  CrashAt at{static_cast<engine::CrashPoint>(found - names.begin()), 1};
  if (colon != std::string_view::npos && !parse_count(text.substr(colon + 1), at.passing))
    return tl::unexpected(refusal(text));
  return at;
}

engine::CrashHook crash_hook(CrashAt at, std::function<void()> die) {
  return [at, die = std::move(die),
          left = std::make_shared<std::atomic<int>>(at.passing)](engine::CrashPoint point) {
    if (point == at.point && --*left == 0) die();
  };
}

void kill_this_process() {
  kill(getpid(), SIGKILL);
  std::abort();  // Not reached: nobody ignores SIGKILL.
}

}  // namespace app
