#include "aws/sts_codec.h"

#include "aws/query_writer.h"
#include "aws/xml.h"

namespace aws {
namespace {

constexpr char kVersion[] = "2011-06-15";

std::string seconds(base::Duration duration) { return std::to_string(duration.whole_seconds()); }

}  // namespace

std::string body_of(const AssumeRole& call) {
  QueryWriter form(call.kAction, kVersion);
  form.add("RoleArn", call.role_arn);
  form.add("RoleSessionName", call.session_name);
  form.add("DurationSeconds", seconds(call.duration));
  form.add_optional("ExternalId", call.external_id);
  return form.body();
}

std::string body_of(const AssumeRoleWithWebIdentity& call) {
  QueryWriter form(call.kAction, kVersion);
  form.add("RoleArn", call.role_arn);
  form.add("RoleSessionName", call.session_name);
  form.add("DurationSeconds", seconds(call.duration));
  form.add("WebIdentityToken", call.token);
  return form.body();
}

base::Result<net::Credentials> credentials_of(std::string_view action, std::string_view body) {
  const std::string name(action);
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, (name + "Response").c_str()));
  ASSIGN_OR_RETURN(const pugi::xml_node result,
                   xml::required(document.document_element(), (name + "Result").c_str()));
  ASSIGN_OR_RETURN(const pugi::xml_node found, xml::required(result, "Credentials"));
  net::Credentials credentials;
  ASSIGN_OR_RETURN(credentials.access_key, xml::required_text(found, "AccessKeyId"));
  ASSIGN_OR_RETURN(credentials.secret_key, xml::required_text(found, "SecretAccessKey"));
  ASSIGN_OR_RETURN(credentials.session_token, xml::required_text(found, "SessionToken"));
  ASSIGN_OR_RETURN(credentials.expires_at, xml::required_time(found, "Expiration"));
  return credentials;
}

std::string body_of(const model::GetCallerIdentity&) {
  return QueryWriter("GetCallerIdentity", kVersion).body();
}

base::Result<model::Reply> reply_of(const model::GetCallerIdentity&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "GetCallerIdentityResponse"));
  ASSIGN_OR_RETURN(const pugi::xml_node result,
                   xml::required(document.document_element(), "GetCallerIdentityResult"));
  model::CallerIdentity identity;
  ASSIGN_OR_RETURN(std::string account, xml::required_text(result, "Account"));
  identity.account = model::AccountId(std::move(account));
  ASSIGN_OR_RETURN(identity.arn, xml::required_text(result, "Arn"));
  return identity;
}

}  // namespace aws
