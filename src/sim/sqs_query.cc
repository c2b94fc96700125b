#include "sim/sqs_query.h"

#include <array>
#include <utility>

#include "base/json.h"
#include "sim/wire.h"

namespace sim {
namespace {

namespace json = base::json;

constexpr std::array<std::string_view, 6> kNumbers = {"MaxNumberOfMessages", "WaitTimeSeconds",
                                                      "VisibilityTimeout",   "DelaySeconds",
                                                      "MaxResults",          "MessageNumber"};

bool is_number(std::string_view name) {
  for (const std::string_view number : kNumbers)
    if (number == name) return true;
  return false;
}

// A number that is not one stays text, and the operation refuses it.
json::value read_value(std::string_view name, const std::string& text) {
  if (!is_number(name)) return json::value(text);
  auto number = json::parse(text);
  return number && number->is_int64() ? *std::move(number) : json::value(text);
}

json::object flat_members(const base::Form& form) {
  json::object members;
  for (const auto& [name, value] : form.pairs())
    if (name.find('.') == std::string::npos) members[name] = read_value(name, value);
  return members;
}

constexpr std::array<std::string_view, 3> kBatchEntries = {
    "SendMessageBatchRequestEntry", "DeleteMessageBatchRequestEntry",
    "ChangeMessageVisibilityBatchRequestEntry"};

void write_attributes(Xml& xml, const json::object& attributes) {
  for (const auto& member : attributes)
    xml.element("Attribute", [&] {
      xml.text("Name", member.key());
      xml.text("Value", std::string_view(member.value().as_string()));
    });
}

void write_member(Xml& xml, std::string_view name, const json::value& value) {
  if (value.is_object())
    write_attributes(xml, value.get_object());
  else if (value.is_bool())
    xml.text(name, value.get_bool() ? "true" : "false");
  else
    xml.text(name, std::string_view(value.as_string()));
}

// The element that stands for each entry of a list.
std::string element_of(std::string_view action, std::string_view list) {
  if (list == "Messages") return "Message";
  if (list == "QueueUrls") return "QueueUrl";
  if (list == "Failed") return "BatchResultErrorEntry";
  return std::string(action) + "ResultEntry";
}

void write_list(Xml& xml, std::string_view element, const json::array& list) {
  for (const auto& entry : list) {
    if (entry.is_string()) {
      xml.text(element, std::string_view(entry.get_string()));
      continue;
    }
    xml.element(element, [&] {
      for (const auto& member : entry.as_object()) write_member(xml, member.key(), member.value());
    });
  }
}

}  // namespace

json::object sqs_query_to_json(const base::Form& form, std::string_view path) {
  json::object in = flat_members(form);
  if (!in.contains("QueueUrl") && path.size() > 1) in["QueueUrl"] = std::string(path);
  json::object attributes;
  for (const base::Form& pair : groups_of(form, "Attribute"))
    attributes[pair.get("Name")] = pair.get("Value");
  if (!attributes.empty()) in["Attributes"] = std::move(attributes);
  json::array names;
  for (std::string& name : list_of(form, "AttributeName")) names.emplace_back(std::move(name));
  if (!names.empty()) in["AttributeNames"] = std::move(names);
  if (!groups_of(form, "MessageAttribute").empty()) in["MessageAttributes"] = {{"given", true}};
  for (const std::string_view prefix : kBatchEntries) {
    json::array entries;
    for (const base::Form& entry : groups_of(form, prefix)) entries.push_back(flat_members(entry));
    if (!entries.empty()) in["Entries"] = std::move(entries);
  }
  return in;
}

std::string sqs_json_to_xml(std::string_view action, const json::object& out) {
  Xml xml;
  for (const auto& member : out) {
    if (member.value().is_array())
      write_list(xml, element_of(action, member.key()), member.value().get_array());
    else
      write_member(xml, member.key(), member.value());
  }
  return xml.str();
}

std::string sqs_query_code(std::string_view json_code) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kRenamed = {
      std::pair{std::string_view("QueueDoesNotExist"), std::string_view("NonExistentQueue")},
      std::pair{std::string_view("QueueNameExists"), std::string_view("QueueAlreadyExists")}};
  for (const auto& [json, query] : kRenamed) {
    if (json != json_code) continue;
    return json == "QueueNameExists" ? std::string(query)
                                     : "AWS.SimpleQueueService." + std::string(query);
  }
  constexpr std::array<std::string_view, 5> kPrefixed = {
      "EmptyBatchRequest", "TooManyEntriesInBatchRequest", "BatchEntryIdsNotDistinct",
      "BatchRequestTooLong", "MessageNotInflight"};
  for (const std::string_view code : kPrefixed)
    if (code == json_code) return "AWS.SimpleQueueService." + std::string(code);
  return std::string(json_code);
}

}  // namespace sim
