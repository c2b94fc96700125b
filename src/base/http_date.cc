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

}  // namespace base
