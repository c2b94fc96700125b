// Money: integer micro-dollars. AWS prices have six decimals; doubles would drift in sums.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

class Money {
 public:
  constexpr Money() = default;
  static constexpr Money usd_micros(int64_t n) { return Money(n); }
  constexpr int64_t micros() const { return micros_; }

  friend constexpr auto operator<=>(Money, Money) = default;
  friend constexpr Money operator+(Money a, Money b) { return Money(a.micros_ + b.micros_); }
  friend constexpr Money operator-(Money a, Money b) { return Money(a.micros_ - b.micros_); }

 private:
  explicit constexpr Money(int64_t n) : micros_(n) {}
  int64_t micros_ = 0;
};

// "0.0312" and the like; at most six decimals count, further digits must be zeros.
std::optional<Money> parse_money(std::string_view text);
// The shortest decimal form with at least two decimals: "0.0312", "1.50".
std::string to_string(Money m);

}  // namespace base
