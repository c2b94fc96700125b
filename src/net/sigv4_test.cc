#include "net/sigv4.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/digest.h"
#include "base/golden.h"
#include "base/json.h"

namespace net {
namespace {

using base::json::text_or_empty;

// What botocore signed: tools/make_sigv4_vectors.py.
struct Vector {
  std::string name;
  Request unsigned_request, signed_request;
  Credentials credentials;
  SigningScope scope;
  base::Instant time;
  bool signer = true;  // Ours is to sign it in the same way.
};

void add_headers(Request& request, const base::json::array& headers) {
  for (const auto& field : headers)
    request.headers.add(field.as_array().at(0).as_string().c_str(),
                        field.as_array().at(1).as_string().c_str());
}

Vector read_vector(const base::json::object& from) {
  Vector v;
  v.name = text_or_empty(from, "name");
  v.scope = {text_or_empty(from, "region"), text_or_empty(from, "service")};
  v.time = base::parse_iso8601(text_or_empty(from, "time")).value();
  v.credentials.session_token = text_or_empty(from, "session_token");
  v.signer = base::json::find_bool(from, "signer").value();
  Request& request = v.unsigned_request;
  request.method = text_or_empty(from, "method");
  request.path = text_or_empty(from, "path");
  request.query = text_or_empty(from, "query");
  request.body = base::parse_base64(text_or_empty(from, "body_base64")).value();
  add_headers(request, *base::json::find_array(from, "headers"));
  v.signed_request = request;
  add_headers(v.signed_request, *base::json::find_array(from, "added_headers"));
  return v;
}

std::vector<Vector> read_vectors() {
  std::ifstream file(base::golden_path("sigv4.json"));
  std::stringstream text;
  text << file.rdbuf();
  const base::json::object document = base::json::parse_object(text.str()).value();
  std::vector<Vector> vectors;
  for (const auto& item : *base::json::find_array(document, "vectors")) {
    vectors.push_back(read_vector(item.as_object()));
    vectors.back().credentials.access_key = text_or_empty(document, "access_key");
    vectors.back().credentials.secret_key = text_or_empty(document, "secret_key");
  }
  return vectors;
}

VerifyOptions knowing(const Credentials& credentials) {
  VerifyOptions options;
  options.find = [credentials](const std::string& key) {
    return key == credentials.access_key ? std::optional(credentials) : std::nullopt;
  };
  return options;
}

const base::Instant kNoon = base::parse_iso8601("2026-03-01T12:00:00Z").value();
const Credentials kOwner{"AKIDOWNER", "the secret", "", std::nullopt};

Request signed_call(const Credentials& credentials = kOwner,
                    const SigningScope& scope = {"eu-west-1", "ec2"}) {
  Request request;
  request.method = "POST";
  request.query = "b=2&a=1";
  request.body = "Action=DescribeInstances";
  request.headers.add("Host", "ec2.eu-west-1.amazonaws.com");
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  sign(request, credentials, scope, kNoon);
  return request;
}

std::string outcome(const Request& request, base::Instant now = kNoon,
                    const Credentials& known = kOwner) {
  const auto verified = verify(request, knowing(known), now);
  return verified ? "accepted" : verified.error().code;
}

void replace_in_authorization(Request& request, std::string_view from, std::string_view to) {
  std::string value = request.headers.get("Authorization");
  const size_t at = value.find(from);
  ASSERT_NE(at, std::string::npos) << value;
  request.headers.set("Authorization", value.replace(at, from.size(), to));
}

TEST(SigV4, SignsAsBotocoreDoes) {
  const std::vector<Vector> vectors = read_vectors();
  ASSERT_GE(vectors.size(), 40u);
  for (const Vector& v : vectors) {
    if (!v.signer) continue;
    Request request = v.unsigned_request;
    sign(request, v.credentials, v.scope, v.time);
    EXPECT_EQ(request.headers.get("Authorization"), v.signed_request.headers.get("Authorization"))
        << v.name;
    EXPECT_EQ(request.headers.fields().size(), v.signed_request.headers.fields().size()) << v.name;
  }
}

TEST(SigV4, VerifiesWhatBotocoreSigned) {
  for (const Vector& v : read_vectors()) {
    const auto verified = verify(v.signed_request, knowing(v.credentials), v.time);
    ASSERT_TRUE(verified) << v.name << ": " << to_string(verified.error());
    EXPECT_EQ(verified->access_key, v.credentials.access_key);
    EXPECT_EQ(verified->scope.region, v.scope.region);
    EXPECT_EQ(verified->scope.service, v.scope.service);
  }
}

TEST(SigV4, AnyChangedPartOfTheRequestIsRefused) {
  for (const Vector& v : read_vectors()) {
    const auto refuses = [&](const char* what, auto&& change) {
      Request request = v.signed_request;
      change(request);
      const auto verified = verify(request, knowing(v.credentials), v.time);
      ASSERT_FALSE(verified) << v.name << ": " << what;
      EXPECT_EQ(verified.error().code, "SignatureDoesNotMatch") << v.name << ": " << what;
    };
    refuses("method", [](Request& r) { r.method = "PATCH"; });
    refuses("path", [](Request& r) { r.path += "x"; });
    refuses("query", [](Request& r) { r.query += "&x=1"; });
    refuses("host", [](Request& r) { r.headers.set("Host", "elsewhere"); });
    refuses("repeated header", [](Request& r) { r.headers.add("host", "elsewhere"); });
    if (v.signer) refuses("body", [](Request& r) { r.body += "x"; });
  }
}

TEST(SigV4, SigningAgainReplacesTheOldSignature) {
  Request request = signed_call({"AKIDOTHER", "another", "old token", std::nullopt});
  sign(request, kOwner, {"us-east-1", "sqs"}, kNoon + base::Duration::hours(1));
  Request fresh = signed_call();
  sign(fresh, kOwner, {"us-east-1", "sqs"}, kNoon + base::Duration::hours(1));
  EXPECT_EQ(request.headers.get("Authorization"), fresh.headers.get("Authorization"));
  EXPECT_EQ(request.headers.find("X-Amz-Security-Token"), nullptr);
  EXPECT_EQ(outcome(request, kNoon + base::Duration::hours(1)), "accepted");
}

TEST(SigV4, ProxiesMayChangeTheHeadersThatAreNotSigned) {
  Request request = signed_call();
  request.headers.add("Via", "1.1 proxy");
  request.headers.add("X-Forwarded-For", "10.0.0.1");
  request.headers.set("User-Agent", "changed");
  request.headers.set("Connection", "close");
  EXPECT_EQ(outcome(request), "accepted");
}

TEST(SigV4, AnEquallyEncodedRequestHasTheSameSignature) {
  Request request = signed_call(kOwner, {"eu-west-1", "s3"});
  request.query = "a=1&b=%32";
  EXPECT_EQ(outcome(request), "accepted");
  request.path = "/%";
  request.query = "a=%4&b=1+2";
  sign(request, kOwner, {"eu-west-1", "s3"}, kNoon);
  request.query = "b=1%202&a=%254";
  request.path = "/%25";
  EXPECT_EQ(outcome(request), "accepted");
}

TEST(SigV4, AcceptsAnyOrderAndSpacingOfTheAuthorizationFields) {
  Request request = signed_call();
  const std::string value = request.headers.get("Authorization");
  const size_t headers = value.find("SignedHeaders="), signature = value.find("Signature=");
  request.headers.set("Authorization", "AWS4-HMAC-SHA256 " + value.substr(signature) + " ,  " +
                                           value.substr(headers, value.rfind(',') - headers) + "," +
                                           value.substr(17, value.find(',') - 17));
  EXPECT_EQ(outcome(request), "accepted");
}

TEST(SigV4, ARequestWithoutASignatureLacksItsToken) {
  Request request = signed_call();
  request.headers.remove("Authorization");
  EXPECT_EQ(outcome(request), "MissingAuthenticationToken");
  EXPECT_FALSE(claimed_scope(request));
}

TEST(SigV4, AMalformedAuthorizationIsIncomplete) {
  for (const char* value :
       {"", "Basic dXNlcjpwYXNz", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/b/c",
        "AWS4-HMAC-SHA256 Credential=k/20260301/r/s/aws4_request, Signature=00",
        "AWS4-HMAC-SHA256 Credential=k/20260301/r/s/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=k/20260301/r/s/other, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00", "AWS4-HMAC-SHA256 ,,,=,"}) {
    Request request = signed_call();
    request.headers.set("Authorization", value);
    EXPECT_EQ(outcome(request), "IncompleteSignature") << value;
    EXPECT_FALSE(claimed_scope(request)) << value;
  }
}

TEST(SigV4, AMalformedOrMissingDateIsIncomplete) {
  for (const char* value : {"", "yesterday", "2026-03-01T12:00:00Z", "20260301T120000+0100"}) {
    Request request = signed_call();
    request.headers.set("X-Amz-Date", value);
    EXPECT_EQ(outcome(request), "IncompleteSignature") << value;
  }
}

TEST(SigV4, TheDateOfTheCredentialMustBeThatOfTheRequest) {
  Request request = signed_call();
  replace_in_authorization(request, "/20260301/", "/20260302/");
  EXPECT_EQ(outcome(request), "SignatureDoesNotMatch");
}

TEST(SigV4, AnUnknownKeyAndAWrongSecretAreToldApart) {
  EXPECT_EQ(outcome(signed_call({"AKIDSTRANGER", "the secret", "", std::nullopt})),
            "InvalidClientTokenId");
  EXPECT_EQ(outcome(signed_call({"AKIDOWNER", "a guess", "", std::nullopt})),
            "SignatureDoesNotMatch");
}

TEST(SigV4, TheSessionTokenMustBeTheKeysOwn) {
  const Credentials session{"AKIDOWNER", "the secret", "a token", std::nullopt};
  EXPECT_EQ(outcome(signed_call(session), kNoon, session), "accepted");
  EXPECT_EQ(outcome(signed_call(), kNoon, session), "InvalidClientTokenId");
  EXPECT_EQ(outcome(signed_call(session)), "InvalidClientTokenId");
}

TEST(SigV4, CredentialsEndWhenTheyExpire) {
  Credentials session = kOwner;
  session.expires_at = kNoon + base::Duration::millis(1);
  EXPECT_EQ(outcome(signed_call(), kNoon, session), "accepted");
  session.expires_at = kNoon;
  EXPECT_EQ(outcome(signed_call(), kNoon, session), "RequestExpired");
}

TEST(SigV4, AFifteenMinuteSkewIsTheMost) {
  const base::Duration most = base::Duration::minutes(15), bit = base::Duration::millis(1);
  EXPECT_EQ(outcome(signed_call(), kNoon + most), "accepted");
  EXPECT_EQ(outcome(signed_call(), kNoon - most), "accepted");
  EXPECT_EQ(outcome(signed_call(), kNoon + most + bit), "RequestExpired");
  EXPECT_EQ(outcome(signed_call(), kNoon - most - bit), "RequestExpired");
}

TEST(SigV4, HostAndEveryAmzHeaderMustBeSigned) {
  Request request = signed_call();
  replace_in_authorization(request, "content-type;host;", "content-type;");
  EXPECT_EQ(outcome(request), "SignatureDoesNotMatch");
  request = signed_call();
  request.headers.add("X-Amz-Target", "AWSEvents.DeleteRule");
  EXPECT_EQ(outcome(request), "SignatureDoesNotMatch");
}

TEST(SigV4, ASignedHeaderMustBeThere) {
  Request request = signed_call();
  request.headers.remove("Content-Type");
  EXPECT_EQ(outcome(request), "SignatureDoesNotMatch");
}

TEST(SigV4, S3NeedsTheHashOfThePayload) {
  Request request = signed_call(kOwner, {"eu-west-1", "s3"});
  EXPECT_EQ(outcome(request), "accepted");
  request.body += "x";
  EXPECT_EQ(outcome(request), "SignatureDoesNotMatch");
  request = signed_call();
  replace_in_authorization(request, "/ec2/", "/s3/");
  EXPECT_EQ(outcome(request), "IncompleteSignature");
}

TEST(SigV4, TellsTheScopeThatARequestClaims) {
  const auto scope = claimed_scope(signed_call(kOwner, {"ap-south-1", "elasticloadbalancing"}));
  ASSERT_TRUE(scope);
  EXPECT_EQ(scope->region, "ap-south-1");
  EXPECT_EQ(scope->service, "elasticloadbalancing");
}

}  // namespace
}  // namespace net
