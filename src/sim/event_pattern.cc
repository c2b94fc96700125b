#include "sim/event_pattern.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/json.h"

namespace sim {
namespace {

namespace json = base::json;

base::Status bad_pattern(std::string why) {
  return base::fail("InvalidEventPatternException", "Event pattern is not valid. Reason: " + why);
}

std::optional<int64_t> whole_number(const json::value& value) {
  boost::system::error_code error;
  const auto number = value.to_number<int64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

bool starts_with(const json::value& text, const json::value& prefix) {
  return text.is_string() && prefix.is_string() &&
         std::string_view(text.get_string()).starts_with(std::string_view(prefix.get_string()));
}

bool ends_with(const json::value& text, const json::value& suffix) {
  return text.is_string() && suffix.is_string() &&
         std::string_view(text.get_string()).ends_with(std::string_view(suffix.get_string()));
}

bool equal_letters(const json::value& a, const json::value& b) {
  if (!a.is_string() || !b.is_string()) return false;
  const std::string_view x = a.get_string(), y = b.get_string();
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [&](char p, char q) { return lower(p) == lower(q); });
}

bool compare(int64_t value, std::string_view op, int64_t bound) {
  if (op == "=") return value == bound;
  if (op == "<") return value < bound;
  if (op == "<=") return value <= bound;
  if (op == ">") return value > bound;
  return value >= bound;
}

// ["operator", number, "operator", number]
bool matches_numeric(const json::array& conditions, const json::value& value) {
  const auto number = whole_number(value);
  if (!number) return false;
  for (size_t i = 0; i + 1 < conditions.size(); i += 2)
    if (!compare(*number, std::string_view(conditions[i].as_string()),
                 *whole_number(conditions[i + 1])))
      return false;
  return true;
}

bool is_any_of(const json::value& choices, const json::value& value) {
  if (!choices.is_array()) return choices == value;
  return std::any_of(choices.get_array().begin(), choices.get_array().end(),
                     [&](const json::value& choice) { return choice == value; });
}

bool matches_anything_but(const json::value& excluded, const json::value& value) {
  if (const auto* inner = excluded.if_object()) return !starts_with(value, inner->at("prefix"));
  return !is_any_of(excluded, value);
}

bool matches_one(const json::value& matcher, const json::value& value) {
  const auto* object = matcher.if_object();
  if (!object) return matcher == value;
  const std::string_view name = object->begin()->key();
  const json::value& argument = object->begin()->value();
  if (name == "prefix") return starts_with(value, argument);
  if (name == "suffix") return ends_with(value, argument);
  if (name == "anything-but") return matches_anything_but(argument, value);
  if (name == "numeric") return matches_numeric(argument.as_array(), value);
  if (name == "equals-ignore-case") return equal_letters(argument, value);
  return argument.as_bool();  // exists: the value is there.
}

bool accepts_absence(const json::value& matcher) {
  const auto* object = matcher.if_object();
  return object && object->begin()->key() == "exists" && !object->begin()->value().as_bool();
}

// A list in the event matches when one of its values does.
bool matches_any(const json::array& matchers, const json::value* value) {
  return std::any_of(matchers.begin(), matchers.end(), [&](const json::value& matcher) {
    if (!value) return accepts_absence(matcher);
    const auto* list = value->if_array();
    if (!list) return matches_one(matcher, *value);
    return std::any_of(list->begin(), list->end(),
                       [&](const json::value& one) { return matches_one(matcher, one); });
  });
}

base::Status check_numeric(const json::value& argument) {
  constexpr std::array<std::string_view, 5> kOperators = {"=", "<", "<=", ">", ">="};
  const auto* list = argument.if_array();
  if (!list || list->empty() || list->size() % 2 != 0 || list->size() > 4)
    return bad_pattern("numeric needs pairs of operator and number");
  for (size_t i = 0; i < list->size(); i += 2) {
    const auto* op = (*list)[i].if_string();
    if (!op ||
        std::find(kOperators.begin(), kOperators.end(), std::string_view(*op)) == kOperators.end())
      return bad_pattern("Unrecognized numeric range operator");
    if (!whole_number((*list)[i + 1])) return bad_pattern("numeric bound is not a whole number");
  }
  return {};
}

base::Status check_anything_but(const json::value& argument) {
  if (const auto* inner = argument.if_object()) {
    const bool is_prefix =
        inner->size() == 1 && inner->contains("prefix") && inner->at("prefix").is_string();
    return is_prefix ? base::Status() : bad_pattern("anything-but takes values or a prefix");
  }
  if (argument.is_array() && argument.get_array().empty())
    return bad_pattern("anything-but list is empty");
  return {};
}

base::Status check_matcher(const json::value& matcher) {
  if (matcher.is_array())
    return bad_pattern("Match value must be String, number, true, false, or null");
  const auto* object = matcher.if_object();
  if (!object) return {};
  if (object->size() != 1) return bad_pattern("Only one key allowed in match expression");
  const std::string name(object->begin()->key());
  const json::value& argument = object->begin()->value();
  if (name == "prefix" || name == "suffix" || name == "equals-ignore-case")
    return argument.is_string() ? base::Status()
                                : bad_pattern(name + " match pattern must be a string");
  if (name == "exists")
    return argument.is_bool() ? base::Status()
                              : bad_pattern("exists match pattern must be either true or false.");
  if (name == "numeric") return check_numeric(argument);
  if (name == "anything-but") return check_anything_but(argument);
  return bad_pattern("Unrecognized match type " + name);
}

base::Status check_fields(const json::object& fields) {
  if (fields.empty()) return bad_pattern("Empty objects are not allowed");
  for (const auto& field : fields) {
    const std::string name(field.key());
    if (const auto* inner = field.value().if_object()) {
      RETURN_IF_ERROR(check_fields(*inner));
      continue;
    }
    const auto* matchers = field.value().if_array();
    if (!matchers) return bad_pattern("\"" + name + "\" must be an object or an array");
    if (matchers->empty()) return bad_pattern("Empty arrays are not allowed");
    for (const json::value& matcher : *matchers) RETURN_IF_ERROR(check_matcher(matcher));
  }
  return {};
}

// "$.detail.instance-id"; nothing when it is not there.
const json::value* at_path(const json::object& event, std::string_view path) {
  if (!path.starts_with("$")) return nullptr;
  path.remove_prefix(1);
  const json::object* at = &event;
  const json::value* found = nullptr;
  while (path.starts_with(".")) {
    const size_t end = std::min(path.find('.', 1), path.size());
    if (!at) return nullptr;
    found = at->if_contains(path.substr(1, end - 1));
    if (!found) return nullptr;
    at = found->if_object();
    path.remove_prefix(end);
  }
  return found;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string fill_template(const RuleTarget& target, const json::object& event) {
  std::string text = target.input_template;
  for (const auto& [name, path] : target.input_paths) {
    const json::value* value = at_path(event, path);
    const std::string written = value ? json::serialize(*value) : "";
    // A text stands without its quotes where the template already has them.
    if (value && value->is_string()) replace_all(text, "\"<" + name + ">\"", written);
    replace_all(text, "<" + name + ">", written);
  }
  return text;
}

}  // namespace

base::Status check_pattern(const std::string& pattern) {
  const auto document = json::parse_object(pattern);
  if (!document) return bad_pattern("not a JSON object");
  return check_fields(*document);
}

bool matches(const json::object& pattern, const json::object& event) {
  static const json::object kNothing;
  for (const auto& field : pattern) {
    const json::value* value = event.if_contains(field.key());
    if (const auto* inner = field.value().if_object()) {
      const auto* object = value ? value->if_object() : nullptr;
      if (!matches(*inner, object ? *object : kNothing)) return false;
    } else if (!matches_any(field.value().as_array(), value)) {
      return false;
    }
  }
  return true;
}

std::string target_input(const RuleTarget& target, const json::object& event) {
  if (!target.input.empty()) return target.input;
  if (!target.input_template.empty()) return fill_template(target, event);
  if (target.input_path.empty() || target.input_path == "$") return json::serialize(event);
  const json::value* part = at_path(event, target.input_path);
  return part ? json::serialize(*part) : "{}";
}

}  // namespace sim
