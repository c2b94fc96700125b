#include "sim/wire.h"

#include <charconv>
#include <map>
#include <optional>

namespace sim {
namespace {

std::optional<int> parse_int(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What follows "prefix.", or nothing.
std::optional<std::string_view> rest_after(std::string_view name, std::string_view prefix) {
  if (name.size() <= prefix.size() + 1 || !name.starts_with(prefix) || name[prefix.size()] != '.')
    return std::nullopt;
  return name.substr(prefix.size() + 1);
}

}  // namespace

std::string xml_escape(std::string_view text) {
  if (text.find_first_of("&<>\"") == std::string_view::npos) return std::string(text);
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

Xml& Xml::text(std::string_view name, std::string_view value) {
  return element(name, [&] { out_ += xml_escape(value); });
}

Xml& Xml::number(std::string_view name, int64_t value) {
  return element(name, [&] { out_ += std::to_string(value); });
}

std::vector<std::string> list_of(const base::Form& form, std::string_view prefix) {
  std::map<int, std::string> found;
  for (const auto& [name, value] : form.pairs())
    if (const auto rest = rest_after(name, prefix))
      if (const auto index = parse_int(*rest)) found.emplace(*index, value);
  std::vector<std::string> values;
  values.reserve(found.size());
  for (auto& [index, value] : found) values.push_back(std::move(value));
  return values;
}

std::vector<base::Form> groups_of(const base::Form& form, std::string_view prefix) {
  std::map<int, base::Form> found;
  for (const auto& [name, value] : form.pairs()) {
    const auto rest = rest_after(name, prefix);
    if (!rest) continue;
    const size_t dot = rest->find('.');
    const auto index = parse_int(rest->substr(0, dot));
    if (dot == std::string_view::npos || !index) continue;
    found[*index].add(std::string(rest->substr(dot + 1)), value);
  }
  std::vector<base::Form> groups;
  groups.reserve(found.size());
  for (auto& [index, group] : found) groups.push_back(std::move(group));
  return groups;
}

base::Form below(const base::Form& form, std::string_view prefix) {
  base::Form inner;
  for (const auto& [name, value] : form.pairs())
    if (const auto rest = rest_after(name, prefix)) inner.add(std::string(*rest), value);
  return inner;
}

Answer<int> number_of(const base::Form& form, std::string_view name, int fallback) {
  const std::string* text = form.find(name);
  if (!text) return fallback;
  if (const auto value = parse_int(*text)) return *value;
  return refuse("InvalidParameterValue",
                "Value (" + *text + ") for parameter " + std::string(name) + " is invalid.");
}

}  // namespace sim
