#include "sim/identifiers.h"

#include <algorithm>

namespace sim {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

}  // namespace

std::string make_hex64(base::Prng& dice) {
  std::string text(16, '0');
  uint64_t bits = dice.next();
  for (char& c : text) {
    c = kHex[bits & 15];
    bits >>= 4;
  }
  return text;
}

std::string make_resource_id(std::string_view prefix, base::Prng& dice) {
  return std::string(prefix) + "-0" + make_hex64(dice);
}

std::string make_spot_request_id(base::Prng& dice) {
  constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz123456789";
  std::string text = "sir-";
  for (int i = 0; i < 8; ++i) text += kAlphabet[dice.below(kAlphabet.size())];
  return text;
}

std::string make_uuid(base::Prng& dice) {
  std::string text = make_hex64(dice) + make_hex64(dice);
  text[12] = '4';
  text[16] = '8';
  for (const size_t dash : {20, 16, 12, 8}) text.insert(dash, 1, '-');
  return text;
}

bool is_resource_id(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size() + 1 || !text.starts_with(prefix) || text[prefix.size()] != '-')
    return false;
  const std::string_view digits = text.substr(prefix.size() + 1);
  return (digits.size() == 8 || digits.size() == 17) &&
         digits.find_first_not_of(kHex) == std::string_view::npos;
}

}  // namespace sim
