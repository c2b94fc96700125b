#include "aws/answer.h"

#include <pugixml.hpp>

#include "base/json.h"

namespace aws {
namespace {

struct CodeAndMessage {
  std::string code;
  std::string message;
};

// EC2: Response/Errors/Error; Query: ErrorResponse/Error; S3: Error.
CodeAndMessage read_xml(const std::string& body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return {};
  for (const char* path : {"Response/Errors/Error", "ErrorResponse/Error", "Error"})
    if (const pugi::xml_node error = document.first_element_by_path(path))
      return {error.child_value("Code"), error.child_value("Message")};
  return {};
}

// "com.amazonaws.sqs#QueueDoesNotExist" or "QueueDoesNotExist:http://…": only the name in it.
std::string bare_code(std::string type) {
  type.erase(0, type.find('#') + 1);  // npos + 1 is 0: nothing to erase.
  return type.substr(0, type.find(':'));
}

CodeAndMessage read_json(const std::string& body) {
  const auto document = base::json::parse_object(body);
  if (!document) return {};
  std::string message = base::json::text_or_empty(*document, "message");
  if (message.empty()) message = base::json::text_or_empty(*document, "Message");
  return {bare_code(base::json::text_or_empty(*document, "__type")), std::move(message)};
}

CodeAndMessage read_body(const std::string& body) {
  const size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  if (body[first] == '<') return read_xml(body);
  if (body[first] == '{') return read_json(body);
  return {};
}

}  // namespace

std::string http_code(int status) { return "Http" + std::to_string(status); }

tl::unexpected<base::Error> malformed(std::string message) {
  return base::fail(kMalformedAnswer, std::move(message));
}

base::Error error_of(const net::Response& response, model::Effect effect) {
  CodeAndMessage found = read_body(response.body);
  // JSON services may say the code in a header alone.
  if (found.code.empty()) found.code = bare_code(response.headers.get("x-amzn-ErrorType"));
  const base::Retry retry = model::retry_for(found.code, response.status, effect);
  if (found.code.empty()) {
    found.code = http_code(response.status);
    found.message =
        "an answer with status " + std::to_string(response.status) + " and no error of AWS in it";
  }
  return {std::move(found.code), std::move(found.message), {}, retry};
}

base::Error judge(base::Error error, model::Effect effect) {
  error.retry =
      effect == model::Effect::kMutate ? base::Retry::kUnknownOutcome : base::Retry::kBackoff;
  return error;
}

}  // namespace aws
