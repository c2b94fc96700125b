#include "base/json.h"

namespace base::json {

Result<value> parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 32;  // The deepest AWS payload has nine levels.
  boost::system::error_code error;
  value document = boost::json::parse(text, error, {}, options);
  if (error) return fail("MalformedJson", error.message());
  return document;
}

Result<object> parse_object(std::string_view text) {
  ASSIGN_OR_RETURN(value document, parse(text));
  if (!document.is_object()) return fail("MalformedJson", "not a JSON object");
  return std::move(document.as_object());
}

const object* find_object(const object& parent, std::string_view key) {
  const value* found = parent.if_contains(key);
  return found ? found->if_object() : nullptr;
}

const array* find_array(const object& parent, std::string_view key) {
  const value* found = parent.if_contains(key);
  return found ? found->if_array() : nullptr;
}

std::optional<std::string> find_string(const object& parent, std::string_view key) {
  const value* found = parent.if_contains(key);
  if (!found || !found->is_string()) return std::nullopt;
  return std::string(found->as_string());
}

std::optional<int64_t> find_int(const object& parent, std::string_view key) {
  const value* found = parent.if_contains(key);
  if (!found) return std::nullopt;
  boost::system::error_code error;
  const auto number = found->to_number<int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

std::optional<bool> find_bool(const object& parent, std::string_view key) {
  const value* found = parent.if_contains(key);
  if (!found || !found->is_bool()) return std::nullopt;
  return found->as_bool();
}

std::string text_or_empty(const object& parent, std::string_view key) {
  return find_string(parent, key).value_or(std::string());
}

}  // namespace base::json
