#include "sim/protocol.h"

#include <array>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "net/sigv4.h"
#include "sim/sqs_query.h"

namespace sim {
namespace {

struct ServiceNames {
  Service service;
  std::string_view scope;          // In signatures.
  std::string_view query_version;  // Of the Query API; empty: it has none.
  std::string_view xml_namespace;
  std::string_view target_prefix;  // Of X-Amz-Target; empty: it has none.
  std::string_view throttled, internal, unavailable;
  int throttled_status;
};

constexpr std::array kServices = {
    ServiceNames{Service::kEc2, "ec2", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/", "",
                 "RequestLimitExceeded", "InternalError", "Unavailable", 503},
    ServiceNames{Service::kElb, "elasticloadbalancing", "2015-12-01",
                 "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/", "", "Throttling",
                 "InternalFailure", "ServiceUnavailable", 400},
    ServiceNames{Service::kAutoScaling, "autoscaling", "2011-01-01",
                 "http://autoscaling.amazonaws.com/doc/2011-01-01/", "", "Throttling",
                 "InternalFailure", "ServiceUnavailable", 400},
    ServiceNames{Service::kSqs, "sqs", "2012-11-05", "http://queue.amazonaws.com/doc/2012-11-05/",
                 "AmazonSQS.", "RequestThrottled", "InternalFailure", "ServiceUnavailable", 400},
    ServiceNames{Service::kEvents, "events", "", "", "AWSEvents.", "ThrottlingException",
                 "InternalException", "ServiceUnavailable", 400},
    ServiceNames{Service::kSts, "sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/",
                 "", "Throttling", "InternalFailure", "ServiceUnavailable", 400},
    ServiceNames{Service::kS3, "s3", "", "", "", "SlowDown", "InternalError", "ServiceUnavailable",
                 503},
};

const ServiceNames& names_of(Service service) {
  for (const ServiceNames& names : kServices)
    if (names.service == service) return names;
  return kServices.back();
}

std::optional<Service> service_where(auto matches) {
  for (const ServiceNames& names : kServices)
    if (matches(names)) return names.service;
  return std::nullopt;
}

Encoding encoding_of(Service service, const net::Request& request) {
  if (service == Service::kS3) return Encoding::kRest;
  if (request.headers.find("X-Amz-Target")) return Encoding::kJson;
  return service == Service::kEc2 ? Encoding::kEc2 : Encoding::kQuery;
}

std::optional<base::Form> read_form(const net::Request& request) {
  if (request.query.empty()) return base::Form::parse(request.body);
  if (request.body.empty()) return base::Form::parse(request.query);
  return base::Form::parse(request.query + "&" + request.body);
}

std::optional<Service> claimed_service(const net::Request& request) {
  const auto scope = net::claimed_scope(request);
  if (!scope) return std::nullopt;
  return service_where([&](const ServiceNames& names) { return names.scope == scope->service; });
}

std::optional<Service> service_by_target(std::string_view target) {
  return service_where([&](const ServiceNames& names) {
    return !names.target_prefix.empty() && target.starts_with(names.target_prefix);
  });
}

std::optional<Service> service_by_version(const base::Form& form) {
  const std::string version = form.get("Version");
  return service_where([&](const ServiceNames& names) {
    return !names.query_version.empty() && names.query_version == version;
  });
}

bool is_form(const net::Request& request) {
  return request.headers.get("Content-Type").starts_with("application/x-www-form-urlencoded") ||
         request.query.find("Action=") != std::string::npos;
}

net::Response respond(int status, const char* type, std::string body,
                      const std::string& request_id) {
  net::Response response;
  response.status = status;
  response.headers.add("Content-Type", type);
  response.headers.add("x-amzn-RequestId", request_id);
  response.body = std::move(body);
  return response;
}

constexpr char kXml[] = "text/xml;charset=UTF-8";
constexpr char kJson[] = "application/x-amz-json-1.0";

std::string opening(const Incoming& incoming) {
  return "<" + incoming.action + "Response xmlns=\"" +
         std::string(names_of(incoming.service).xml_namespace) + "\">";
}

std::string ec2_error(const Refusal& refusal, const std::string& request_id) {
  Xml xml;
  xml.element("Response", [&] {
    xml.element("Errors", [&] {
      xml.element("Error", [&] {
        xml.text("Code", refusal.code);
        xml.text("Message", refusal.message);
      });
    });
    xml.text("RequestID", request_id);
  });
  return xml.str();
}

std::string query_error(const Incoming& incoming, const Refusal& refusal,
                        const std::string& request_id) {
  const bool is_sqs = incoming.service == Service::kSqs;
  Xml xml;
  xml.element("ErrorResponse", [&] {
    xml.element("Error", [&] {
      xml.text("Type", refusal.status < 500 ? "Sender" : "Receiver");
      xml.text("Code", is_sqs ? sqs_query_code(refusal.code) : refusal.code);
      xml.text("Message", refusal.message);
    });
    xml.text("RequestId", request_id);
  });
  return xml.str();
}

std::string rest_error(const Refusal& refusal, const std::string& request_id) {
  Xml xml;
  xml.element("Error", [&] {
    xml.text("Code", refusal.code);
    xml.text("Message", refusal.message);
    xml.text("RequestId", request_id);
  });
  return xml.str();
}

net::Response json_error(const Incoming& incoming, const Refusal& refusal,
                         const std::string& request_id) {
  const bool is_sqs = incoming.service == Service::kSqs;
  const std::string type = (is_sqs ? "com.amazonaws.sqs#" : "") + refusal.code;
  net::Response response = respond(
      refusal.status, kJson,
      base::json::serialize(base::json::object{{"__type", type}, {"message", refusal.message}}),
      request_id);
  if (is_sqs)
    response.headers.add(
        "x-amzn-query-error",
        sqs_query_code(refusal.code) + (refusal.status < 500 ? ";Sender" : ";Receiver"));
  return response;
}

}  // namespace

Answer<Incoming> read_incoming(const net::Request& request) {
  Incoming incoming;
  const std::string target = request.headers.get("X-Amz-Target");
  auto service = claimed_service(request);
  if (!service && !target.empty()) service = service_by_target(target);
  if (is_form(request) && service != Service::kS3) {
    auto form = read_form(request);
    if (!form) return refuse("MalformedQueryString", "The request is not a form.");
    incoming.form = *std::move(form);
    if (!service) service = service_by_version(incoming.form);
  }
  incoming.service = service.value_or(Service::kS3);
  incoming.encoding = encoding_of(incoming.service, request);
  if (incoming.encoding == Encoding::kJson)
    incoming.action = target.substr(target.find('.') + 1);
  else if (incoming.encoding != Encoding::kRest)
    incoming.action = incoming.form.get("Action");
  return incoming;
}

net::Response write_answer(const Incoming& incoming, const std::string& inner,
                           const std::string& request_id) {
  if (incoming.encoding == Encoding::kJson) return respond(200, kJson, inner, request_id);
  std::string body = opening(incoming);
  if (incoming.encoding == Encoding::kEc2) {
    body += "<requestId>" + request_id + "</requestId>" + inner;
  } else {
    const std::string result = incoming.action + "Result";
    body += "<" + result + ">" + inner + "</" + result + ">";
    body += "<ResponseMetadata><RequestId>" + request_id + "</RequestId></ResponseMetadata>";
  }
  body += "</" + incoming.action + "Response>";
  return respond(200, kXml, std::move(body), request_id);
}

net::Response write_refusal(const Incoming& incoming, const Refusal& refusal,
                            const std::string& request_id) {
  switch (incoming.encoding) {
    case Encoding::kEc2:
      return respond(refusal.status, kXml, ec2_error(refusal, request_id), request_id);
    case Encoding::kQuery:
      return respond(refusal.status, kXml, query_error(incoming, refusal, request_id), request_id);
    case Encoding::kJson: return json_error(incoming, refusal, request_id);
    case Encoding::kRest: break;
  }
  return respond(refusal.status, "application/xml", rest_error(refusal, request_id), request_id);
}

Refusal throttled(Service service) {
  const ServiceNames& names = names_of(service);
  return {names.throttled_status, std::string(names.throttled), "Rate exceeded"};
}

Refusal internal_error(Service service) {
  return {500, std::string(names_of(service).internal), "An internal error has occurred"};
}

Refusal unavailable(Service service) {
  return {503, std::string(names_of(service).unavailable),
          "The server is overloaded and can't handle the request."};
}

Refusal expired_token(Service service) {
  const std::string message = "The security token included in the request is expired";
  switch (service) {
    case Service::kEc2: return {400, "RequestExpired", "Request has expired."};
    case Service::kEvents: return {400, "ExpiredTokenException", message};
    case Service::kS3: return {400, "ExpiredToken", "The provided token has expired."};
    default: return {403, "ExpiredToken", message};
  }
}

Refusal bad_signature(Service service, const std::string& code, const std::string& message) {
  if (code == "InvalidToken") {
    if (service == Service::kS3)
      return {400, code, "The provided token is malformed or otherwise invalid."};
    return bad_signature(service, "InvalidClientTokenId", message);
  }
  if (service == Service::kEc2 &&
      (code == "SignatureDoesNotMatch" || code == "InvalidClientTokenId"))
    return {401, "AuthFailure", "AWS was not able to validate the provided access credentials"};
  if (service == Service::kS3 && code == "InvalidClientTokenId")
    return {403, "InvalidAccessKeyId", message};
  if (service == Service::kS3 && code == "RequestExpired")
    return {403, "RequestTimeTooSkewed", message};
  const bool is_json_service = service == Service::kEvents;
  if (is_json_service && code == "InvalidClientTokenId")
    return {400, "UnrecognizedClientException", message};
  if (is_json_service && code != "MissingAuthenticationToken")
    return {400, "InvalidSignatureException", message};
  return {403, code, message};
}

}  // namespace sim
