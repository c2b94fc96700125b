// Form: an ordered list of name=value pairs, as query strings and AWS Query bodies carry them.
//
// Percent-encoding is RFC 3986's: letters, digits, "-", ".", "_" and "~" stay, a space is %20. The
// same rule serves request signatures, which need exactly this form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

std::string percent_encode(std::string_view text);
// As percent_encode, but "/" stays: for paths.
std::string percent_encode_path(std::string_view path);
// "+" is a space, as forms have it. Nothing on a broken escape.
std::optional<std::string> percent_decode_form(std::string_view text);

class Form {
 public:
  void add(std::string name, std::string value) {
    pairs_.emplace_back(std::move(name), std::move(value));
  }
  // The first value of that name.
  const std::string* find(std::string_view name) const;
  std::string get(std::string_view name, std::string_view fallback = {}) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

  std::string encode() const;
  static std::optional<Form> parse(std::string_view text);

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace base
