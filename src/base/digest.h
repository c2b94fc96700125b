// SHA-256, HMAC-SHA256, MD5 and the alphabets they are written in.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using Sha256 = std::array<uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
// SQS and S3 still speak MD5 as a checksum; it protects nothing here.
std::array<uint8_t, 16> md5(std::string_view bytes);

template <size_t N>
std::string_view as_text(const std::array<uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

std::string hex(std::string_view bytes);  // lower case
std::string base64(std::string_view bytes);
std::string base64url(std::string_view bytes);  // without padding
std::optional<std::string> parse_base64(std::string_view text);

// True when equal; takes the same time wherever two texts of one length differ.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace base
