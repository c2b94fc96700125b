#include "base/http_date.h"

#include <string>

namespace base {
namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

// "03" for "Mar", or nothing.
std::optional<std::string> month_number(std::string_view name) {
  const size_t at = kMonths.find(name);
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  const std::string number = std::to_string(at / 3 + 1);
  return number.size() == 1 ? "0" + number : number;
}

}  // namespace

std::optional<Instant> parse_http_date(std::string_view text) {
  constexpr std::string_view kForm = "Sun, 01 Mar 2026 12:00:00 GMT";
  if (text.size() != kForm.size() || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = month_number(text.substr(8, 3));
  if (!month) return std::nullopt;
  const std::string day(text.substr(5, 2)), year(text.substr(12, 4)), time(text.substr(17, 8));
  return parse_iso8601(year + "-" + *month + "-" + day + "T" + time + "Z");
}

std::string to_http_date(Instant t) {
  constexpr std::string_view kDays = "ThuFriSatSunMonTueWed";  // The first of 1970 was a Thursday.
  constexpr int64_t kMsPerDay = 86'400'000;
  const std::string iso = to_iso8601(t);  // "2026-03-01T12:00:00", and perhaps a fraction.
  const auto weekday = static_cast<size_t>(t.unix_ms() / kMsPerDay % 7);
  const auto month = static_cast<size_t>(std::stoi(iso.substr(5, 2)) - 1);
  return std::string(kDays.substr(weekday * 3, 3)) + ", " + iso.substr(8, 2) + " " +
         std::string(kMonths.substr(month * 3, 3)) + " " + iso.substr(0, 4) + " " +
         iso.substr(11, 8) + " GMT";
}

}  // namespace base
