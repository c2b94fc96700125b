#include "net/sigv4.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/form.h"

namespace net {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::string_view kContentHash = "X-Amz-Content-Sha256";

// What stands in for the body's hash where the client did not compute one.
constexpr std::string_view kUnhashedPayloads[] = {"UNSIGNED-PAYLOAD",
                                                  "STREAMING-UNSIGNED-PAYLOAD-TRAILER"};

// Proxies and load balancers add, change or drop these; a signature over them would break on the
// way.
constexpr std::string_view kUnsignedHeaders[] = {
    "authorization",    "connection", "expect",          "forwarded",         "keep-alive",
    "proxy-connection", "te",         "trailer",         "transfer-encoding", "upgrade",
    "user-agent",       "via",        "x-amzn-trace-id", "x-forwarded-for",   "x-forwarded-proto"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Without the outer white space, and with one space for each inner run of it.
std::string folded(std::string_view value) {
  std::string out;
  bool gap = false;
  for (char c : value) {
    if (is_space(c)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

int hex_digit(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

// Resolves escapes. What is none stays as it is: whoever signed it saw the same bytes.
std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

// "/a/./b//../c/" becomes "/a/c/".
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  for (std::string_view segment : split(path, '/')) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (std::string_view segment : kept) out.append("/").append(segment);
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

// S3 keys may hold dots and double slashes, so S3 takes the path as it is, encoded once. All other
// services normalise the path on the wire and encode it again.
std::string canonical_path(std::string_view path, std::string_view service) {
  if (path.empty()) return "/";
  if (service == "s3") return base::percent_encode_path(unescape(path));
  return base::percent_encode_path(without_dot_segments(path));
}

// A "+" on the wire is a space to the services.
std::string canonical_query_part(std::string_view part) {
  std::string spaced(part);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return base::percent_encode(unescape(spaced));
}

// Sorted by encoded name, then by encoded value; a name alone gets "=".
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    const size_t value = std::min(equals + 1, pair.size());
    pairs.emplace_back(canonical_query_part(pair.substr(0, equals)),
                       canonical_query_part(pair.substr(value)));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

// "name:value\n"; the values of a repeated header joined in the order they came.
std::string canonical_header(const Headers& headers, std::string_view name) {
  std::string values;
  bool first = true;
  for (const auto& [key, value] : headers.fields()) {
    if (!equal_ignoring_case(key, name)) continue;
    if (!first) values += ',';
    first = false;
    values += folded(value);
  }
  return std::string(name) + ":" + values + "\n";
}

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : ";").append(name);
  return out;
}

struct Signature {
  std::string_view secret_key;
  const SigningScope& scope;
  std::string_view time;                    // "20260301T120000Z"
  const std::vector<std::string>& headers;  // Lower case, in the order they are signed.
  std::string_view payload_hash;

  std::string scope_text() const {
    return std::string(time.substr(0, 8)) + "/" + scope.region + "/" + scope.service + "/" +
           std::string(kTerminator);
  }

  std::string canonical(const Request& request) const {
    std::string out = request.method + "\n" + canonical_path(request.path, scope.service) + "\n" +
                      canonical_query(request.query) + "\n";
    for (const std::string& name : headers) out += canonical_header(request.headers, name);
    return out + "\n" + join(headers) + "\n" + std::string(payload_hash);
  }

  base::Sha256 key() const {
    base::Sha256 key = base::hmac_sha256("AWS4" + std::string(secret_key), time.substr(0, 8));
    for (std::string_view part :
         {std::string_view(scope.region), std::string_view(scope.service), kTerminator})
      key = base::hmac_sha256(base::as_text(key), part);
    return key;
  }

  std::string of(const Request& request) const {
    const std::string text = std::string(kAlgorithm) + "\n" + std::string(time) + "\n" +
                             scope_text() + "\n" +
                             base::hex(base::as_text(base::sha256(canonical(request))));
    return base::hex(base::as_text(base::hmac_sha256(base::as_text(key()), text)));
  }
};

std::vector<std::string> headers_to_sign(const Headers& headers) {
  std::vector<std::string> names;
  for (const auto& field : headers.fields()) {
    std::string name = lower(field.first);
    if (std::find(std::begin(kUnsignedHeaders), std::end(kUnsignedHeaders), name) ==
        std::end(kUnsignedHeaders))
      names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

struct Authorization {
  std::string access_key;
  std::string date;
  SigningScope scope;
  std::vector<std::string> headers;
  std::string signature;
};

// The value of "Name=value" among the comma-separated fields; blanks around them do not count.
std::string_view authorization_field(std::string_view fields, std::string_view name) {
  for (std::string_view field : split(fields, ',')) {
    while (field.starts_with(' ')) field.remove_prefix(1);
    while (field.ends_with(' ')) field.remove_suffix(1);
    if (field.starts_with(name) && field.substr(name.size()).starts_with('='))
      return field.substr(name.size() + 1);
  }
  return {};
}

base::Result<Authorization> parse_authorization(const Request& request) {
  const std::string* header = request.headers.find("Authorization");
  if (!header)
    return base::fail("MissingAuthenticationToken", "the request has no Authorization header");
  std::string_view fields = *header;
  if (!fields.starts_with(kAlgorithm))
    return base::fail("IncompleteSignature", "the Authorization header is not AWS4-HMAC-SHA256");
  fields.remove_prefix(kAlgorithm.size());

  const auto credential = split(authorization_field(fields, "Credential"), '/');
  const std::string_view headers = authorization_field(fields, "SignedHeaders");
  const std::string_view signature = authorization_field(fields, "Signature");
  if (credential.size() != 5 || credential[4] != kTerminator)
    return base::fail("IncompleteSignature",
                      "Credential is not key/date/region/service/aws4_request");
  if (headers.empty() || signature.empty())
    return base::fail("IncompleteSignature", "SignedHeaders and Signature are needed");
  Authorization parsed;
  parsed.access_key = credential[0];
  parsed.date = credential[1];
  parsed.scope = {std::string(credential[2]), std::string(credential[3])};
  for (std::string_view name : split(headers, ';')) parsed.headers.emplace_back(name);
  parsed.signature = signature;
  return parsed;
}

// An X-Amz-* header that is not signed could be changed on the way, X-Amz-Target for one.
base::Status check_signed_headers(const Request& request, const std::vector<std::string>& names) {
  const auto is_signed = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!is_signed("host")) return base::fail("SignatureDoesNotMatch", "host must be signed");
  for (const std::string& name : names)
    if (!request.headers.find(name))
      return base::fail("SignatureDoesNotMatch", "the signed header " + name + " is missing");
  for (const auto& field : request.headers.fields()) {
    const std::string name = lower(field.first);
    if (name.starts_with("x-amz-") && !is_signed(name))
      return base::fail("SignatureDoesNotMatch", "the header " + name + " must be signed");
  }
  return {};
}

base::Status check_time(const std::string& text, const std::string& date,
                        const VerifyOptions& options, base::Instant now) {
  const auto time = base::parse_iso8601(text);
  if (!time || text != base::to_basic_iso8601(*time))
    return base::fail("IncompleteSignature", "X-Amz-Date is missing or not like 20260301T120000Z");
  if (date != std::string_view(text).substr(0, 8))
    return base::fail("SignatureDoesNotMatch", "the credential's date is not that of X-Amz-Date");
  const base::Duration skew = *time > now ? *time - now : now - *time;
  if (skew > options.most_skew)
    return base::fail("RequestExpired", "signed for " + base::to_iso8601(*time) + ", now it is " +
                                            base::to_iso8601(now));
  return {};
}

// The text that stands for the body in the signature, once the body is known to fit it.
base::Result<std::string> payload_hash(const Request& request, const SigningScope& scope) {
  const std::string actual = base::hex(base::as_text(base::sha256(request.body)));
  const std::string* claimed = request.headers.find(kContentHash);
  if (!claimed) {
    if (scope.service == "s3")
      return base::fail("IncompleteSignature", "S3 requests need X-Amz-Content-Sha256");
    return actual;
  }
  const bool unhashed = std::find(std::begin(kUnhashedPayloads), std::end(kUnhashedPayloads),
                                  *claimed) != std::end(kUnhashedPayloads);
  if (!unhashed && *claimed != actual)
    return base::fail("SignatureDoesNotMatch", "X-Amz-Content-Sha256 is not the body's hash");
  return *claimed;
}

base::Result<Credentials> find_credentials(const Request& request, const std::string& access_key,
                                           const VerifyOptions& options, base::Instant now) {
  std::optional<Credentials> found = options.find(access_key);
  if (!found) return base::fail("InvalidClientTokenId", "the access key is unknown");
  if (!base::equal_secrets(found->session_token, request.headers.get("X-Amz-Security-Token")))
    return base::fail("InvalidClientTokenId", "the security token is not the access key's");
  if (found->expires_at && *found->expires_at <= now)
    return base::fail("RequestExpired", "the credentials have expired");
  return *std::move(found);
}

}  // namespace

void sign(Request& request, const Credentials& credentials, const SigningScope& scope,
          base::Instant now) {
  const std::string time = base::to_basic_iso8601(now);
  const std::string payload = base::hex(base::as_text(base::sha256(request.body)));
  Headers& headers = request.headers;
  headers.remove("Authorization");
  headers.remove("X-Amz-Security-Token");
  headers.set("X-Amz-Date", time);
  if (!credentials.session_token.empty())
    headers.add("X-Amz-Security-Token", credentials.session_token);
  if (scope.service == "s3" || headers.find(kContentHash)) headers.set(kContentHash, payload);

  const std::vector<std::string> names = headers_to_sign(headers);
  const Signature signature{credentials.secret_key, scope, time, names, payload};
  headers.add("Authorization", std::string(kAlgorithm) + " Credential=" + credentials.access_key +
                                   "/" + signature.scope_text() + ", SignedHeaders=" + join(names) +
                                   ", Signature=" + signature.of(request));
}

base::Result<VerifiedScope> verify(const Request& request, const VerifyOptions& options,
                                   base::Instant now) {
  ASSIGN_OR_RETURN(const Authorization claim, parse_authorization(request));
  RETURN_IF_ERROR(check_signed_headers(request, claim.headers));
  ASSIGN_OR_RETURN(const Credentials credentials,
                   find_credentials(request, claim.access_key, options, now));
  const std::string time = request.headers.get("X-Amz-Date");
  RETURN_IF_ERROR(check_time(time, claim.date, options, now));
  ASSIGN_OR_RETURN(const std::string payload, payload_hash(request, claim.scope));

  const Signature expected{credentials.secret_key, claim.scope, time, claim.headers, payload};
  if (!base::equal_secrets(expected.of(request), claim.signature))
    return base::fail("SignatureDoesNotMatch", "the signature is not that of this request");
  return VerifiedScope{claim.access_key, claim.scope};
}

std::optional<SigningScope> claimed_scope(const Request& request) {
  base::Result<Authorization> claim = parse_authorization(request);
  if (!claim) return std::nullopt;
  return std::move(claim->scope);
}

}  // namespace net
