#include "app/zone_file.h"

#include <filesystem>

#include "app/whole_file.h"
#include "base/check.h"
#include "base/week_window.h"

namespace app {
namespace {

constexpr char kNames[] = "an IANA name, as Europe/Berlin, or UTC";

tl::unexpected<ZoneProblem> problem(std::string what, std::string allowed) {
  return tl::unexpected(ZoneProblem{std::move(what), std::move(allowed)});
}

}  // namespace

std::optional<base::TimeZone> parse_zone_file(std::string_view text) {
  // The first version has no rule.
  if (!text.starts_with("TZif") || text.size() < 5 || text[4] < '2' || !text.ends_with('\n'))
    return std::nullopt;
  text.remove_suffix(1);
  const size_t before = text.rfind('\n');
  if (before == std::string_view::npos) return std::nullopt;
  return base::TimeZone::parse_posix(text.substr(before + 1));
}

tl::expected<base::TimeZone, ZoneProblem> find_time_zone(const std::string& folder,
                                                         std::string_view name) {
  CHECK(base::is_zone_name(name));
  if (name == "UTC") return base::TimeZone();
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    return problem("cannot be looked up: this machine has no time zone data (" + folder + ")",
                   "UTC, or any once the package tzdata is installed");
  const std::string path = folder + "/" + std::string(name);
  if (!std::filesystem::exists(path, error)) return problem("is not in " + folder, kNames);
  const auto text = read_whole_file(path, 1);
  if (!text) return problem("cannot be read: " + text.error().message, kNames);
  const auto zone = parse_zone_file(*text);
  if (!zone) return problem("has no rule for the years to come in " + path, kNames);
  return *zone;
}

}  // namespace app
