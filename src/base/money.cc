#include "base/money.h"

#include <cstdio>

namespace base {

std::optional<Money> parse_money(std::string_view text) {
  constexpr int64_t kMostMicros = 1'000'000'000'000'000;  // A billion dollars: no price is higher.
  int64_t micros = 0;
  int decimals = -1;  // -1 before the point, then the count of digits after it.
  bool any_digit = false;
  for (char c : text) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any_digit = true;
    if (decimals >= 6) {
      if (c != '0') return std::nullopt;
      continue;
    }
    micros = micros * 10 + (c - '0');
    if (micros > kMostMicros) return std::nullopt;
    if (decimals >= 0) ++decimals;
  }
  if (!any_digit) return std::nullopt;
  for (int i = decimals < 0 ? 0 : decimals; i < 6; ++i) {
    micros *= 10;
    if (micros > kMostMicros) return std::nullopt;
  }
  return Money::usd_micros(micros);
}

std::string to_string(Money m) {
  const int64_t magnitude = m.micros() < 0 ? -m.micros() : m.micros();
  char text[48];
  int n = std::snprintf(text, sizeof text, "%s%lld.%06lld", m.micros() < 0 ? "-" : "",
                        static_cast<long long>(magnitude / 1'000'000),
                        static_cast<long long>(magnitude % 1'000'000));
  for (int kept = 6; kept > 2 && text[n - 1] == '0'; --kept) --n;
  return std::string(text, n);
}

}  // namespace base
