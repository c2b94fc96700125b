#include "aws/sts_codec.h"

#include "aws/query_writer.h"
#include "aws/xml.h"

namespace aws {

std::string body_of(const model::GetCallerIdentity&) {
  return QueryWriter("GetCallerIdentity", "2011-06-15").body();
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
