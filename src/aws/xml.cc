#include "aws/xml.h"

#include <charconv>

#include "aws/answer.h"

namespace aws::xml {
namespace {

std::string path_of(pugi::xml_node parent, const char* path) {
  return std::string(parent.name()) + '/' + path;
}

}  // namespace

base::Result<pugi::xml_document> parse(std::string_view body, const std::string& root) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(body.data(), body.size());
  if (!result)
    return malformed(root + " at byte " + std::to_string(result.offset) + ": " +
                     result.description());
  if (document.document_element().name() != root)
    return malformed("expected " + root + ", got an element " + document.document_element().name());
  return document;
}

base::Result<pugi::xml_node> required(pugi::xml_node parent, const char* name) {
  const pugi::xml_node found = parent.child(name);
  if (!found) return malformed(path_of(parent, name) + " is missing");
  return found;
}

std::string text(pugi::xml_node parent, const char* path) {
  return parent.first_element_by_path(path).child_value();
}

base::Result<std::string> required_text(pugi::xml_node parent, const char* path) {
  std::string found = text(parent, path);
  if (found.empty()) return malformed(path_of(parent, path) + " is missing");
  return found;
}

base::Result<int64_t> required_int(pugi::xml_node parent, const char* path) {
  ASSIGN_OR_RETURN(const std::string digits, required_text(parent, path));
  int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || rest != end)
    return malformed(path_of(parent, path) + " is not a number: " + digits);
  return number;
}

base::Result<base::Instant> required_time(pugi::xml_node parent, const char* path) {
  ASSIGN_OR_RETURN(const std::string digits, required_text(parent, path));
  const auto time = base::parse_iso8601(digits);
  if (!time) return malformed(path_of(parent, path) + " is not a time: " + digits);
  return *time;
}

}  // namespace aws::xml
