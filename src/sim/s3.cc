#include "sim/s3.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/digest.h"
#include "base/form.h"

namespace sim {
namespace {

constexpr size_t kMostObjectBytes = 8 << 20;  // The front takes no larger body either.
constexpr size_t kMostWrites = 1000;          // Remembered; who wants all asks now and then.
constexpr int kMostKeys = 1000;               // Of a page, as in AWS.

struct Address {
  std::string bucket, key;
};

std::optional<Address> address_of(const std::string& path) {
  const size_t slash = path.find('/', 1);
  Address address;
  address.bucket = path.substr(1, slash == std::string::npos ? slash : slash - 1);
  if (slash == std::string::npos) return address;
  // A "+" in a path is a plus, unlike in forms.
  std::string key;
  for (const char c : path.substr(slash + 1)) key += c == '+' ? "%2B" : std::string(1, c);
  const auto decoded = base::percent_decode_form(key);
  if (!decoded) return std::nullopt;
  address.key = *decoded;
  return address;
}

// "Sun, 01 Mar 2026 12:00:00 GMT"
std::string http_date(base::Instant t) {
  constexpr std::array kDays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string iso = base::to_iso8601(t);
  const auto day = static_cast<size_t>(t.unix_ms() / 86'400'000 % 7);
  const auto month = static_cast<size_t>(std::stoi(iso.substr(5, 2)) - 1);
  return std::string(kDays[day]) + ", " + iso.substr(8, 2) + " " + kMonths[month] + " " +
         iso.substr(0, 4) + " " + iso.substr(11, 8) + " GMT";
}

net::Response xml_response(std::string body) {
  net::Response response;
  response.headers.add("Content-Type", "application/xml");
  response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + std::move(body);
  return response;
}

tl::unexpected<Refusal> precondition_failed() {
  return refuse("PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold", 412);
}

bool is_bucket_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && !name.starts_with('_') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

// The conditions of a write. AWS knows If-None-Match only as "*".
Answer<void> check_conditions(const StoredObject* current, const net::Request& request) {
  const std::string* if_match = request.headers.find("If-Match");
  const std::string* if_none_match = request.headers.find("If-None-Match");
  if (if_none_match && *if_none_match != "*")
    return refuse("NotImplemented",
                  "A header you provided implies functionality that is not "
                  "implemented.",
                  501);
  if (if_none_match && current) return precondition_failed();
  if (!if_match) return {};
  if (!current) return refuse("NoSuchKey", "The specified key does not exist.", 404);
  if (*if_match != "*" && *if_match != current->etag && "\"" + *if_match + "\"" != current->etag)
    return precondition_failed();
  return {};
}

void write_contents(Xml& xml, const std::string& key, const StoredObject& object) {
  xml.element("Contents", [&] {
    xml.text("Key", key);
    xml.text("LastModified", base::to_iso8601(object.modified_at));
    xml.text("ETag", object.etag);
    xml.number("Size", static_cast<int64_t>(object.body.size()));
    xml.text("StorageClass", "STANDARD");
  });
}

}  // namespace

Answer<net::Response> S3::call(const net::Request& request) {
  const auto address = address_of(request.path);
  if (!address) return refuse("InvalidURI", "Couldn't parse the specified URI.");
  if (address->bucket.empty()) return list_buckets();
  if (address->key.empty() && request.method == "PUT")
    return create_bucket(address->bucket, request);
  const auto found = context_.world.buckets.find(address->bucket);
  if (found == context_.world.buckets.end())
    return refuse("NoSuchBucket", "The specified bucket does not exist", 404);
  Bucket& bucket = found->second;
  if (address->key.empty()) {
    if (request.method == "HEAD") return net::Response{};
    if (request.method == "GET") return list_objects(bucket, request);
  } else {
    if (request.method == "GET" || request.method == "HEAD")
      return get(bucket, address->key, request);
    if (request.method == "PUT") return put(bucket, address->key, request);
    if (request.method == "DELETE") return erase(bucket, address->key);
  }
  return refuse("MethodNotAllowed", "The region does not simulate this.", 405);
}

Bucket& S3::create(const std::string& name) {
  return context_.world.buckets.emplace(name, Bucket{name, context_.now, {}}).first->second;
}

Answer<net::Response> S3::create_bucket(const std::string& name, const net::Request& request) {
  if (!is_bucket_name(name))
    return refuse("InvalidBucketName", "The specified bucket is not valid.");
  if (context_.world.buckets.contains(name))
    return refuse("BucketAlreadyOwnedByYou",
                  "Your previous request to create the named bucket succeeded and you already own "
                  "it.",
                  409);
  const std::string& region = context_.options.region;
  const std::string constraint = "<LocationConstraint>" + region + "</LocationConstraint>";
  if (region != "us-east-1" && request.body.find(constraint) == std::string::npos)
    return refuse("IllegalLocationConstraintException",
                  "The location constraint is incompatible for the region specific endpoint this "
                  "request was sent to.");
  create(name);
  net::Response response;
  response.headers.add("Location", "/" + name);
  return response;
}

Answer<net::Response> S3::list_buckets() const {
  Xml xml;
  xml.element("ListAllMyBucketsResult", [&] {
    xml.element("Owner", [&] { xml.text("ID", context_.options.account); });
    xml.element("Buckets", [&] {
      for (const auto& [name, bucket] : context_.world.buckets)
        xml.element("Bucket", [&] {
          xml.text("Name", name);
          xml.text("CreationDate", base::to_iso8601(bucket.created_at));
        });
    });
  });
  return xml_response(xml.str());
}

Answer<net::Response> S3::list_objects(const Bucket& bucket, const net::Request& request) const {
  const base::Form query = base::Form::parse(request.query).value_or(base::Form());
  if (query.get("list-type") != "2")
    return refuse("NotImplemented", "The region simulates ListObjectsV2 only.", 501);
  const std::string prefix = query.get("prefix");
  ASSIGN_OR_RETURN(const int asked, number_of(query, "max-keys", kMostKeys));
  const auto most = static_cast<size_t>(std::clamp(asked, 0, kMostKeys));
  const std::string after = query.get("continuation-token", query.get("start-after"));
  Xml contents;
  size_t count = 0;
  std::string last, next;
  for (auto at = bucket.objects.upper_bound(after); at != bucket.objects.end(); ++at) {
    if (!at->first.starts_with(prefix)) continue;
    if (count == most) {
      next = last;
      break;
    }
    write_contents(contents, at->first, at->second);
    last = at->first;
    ++count;
  }
  Xml xml;
  xml.element("ListBucketResult", [&] {
    xml.text("Name", bucket.name);
    xml.text("Prefix", prefix);
    xml.number("KeyCount", static_cast<int64_t>(count));
    xml.number("MaxKeys", static_cast<int64_t>(most));
    xml.text("IsTruncated", next.empty() ? "false" : "true");
    if (!next.empty()) xml.text("NextContinuationToken", next);
    xml.raw(contents.str());
  });
  return xml_response(xml.str());
}

Answer<net::Response> S3::get(const Bucket& bucket, const std::string& key,
                              const net::Request& request) const {
  const auto found = bucket.objects.find(key);
  if (found == bucket.objects.end())
    return refuse("NoSuchKey", "The specified key does not exist.", 404);
  const StoredObject& object = found->second;
  const std::string* if_match = request.headers.find("If-Match");
  if (if_match && *if_match != object.etag) return precondition_failed();
  net::Response response;
  response.headers.add("ETag", object.etag);
  response.headers.add("Last-Modified", http_date(object.modified_at));
  const std::string* if_none_match = request.headers.find("If-None-Match");
  if (if_none_match && *if_none_match == object.etag) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", object.content_type);
  response.body = object.body;
  return response;
}

Answer<net::Response> S3::put(Bucket& bucket, const std::string& key, const net::Request& request) {
  const auto found = bucket.objects.find(key);
  const StoredObject* current = found == bucket.objects.end() ? nullptr : &found->second;
  if (request.headers.find("x-amz-copy-source"))
    return refuse("NotImplemented", "The region does not simulate copies.", 501);
  if (request.body.size() > kMostObjectBytes)
    return refuse("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  const bool heeds_conditions = !context_.faults.is_s3_unconditional;
  if (auto ok = check_conditions(current, request); !ok && heeds_conditions)
    return tl::unexpected(ok.error());
  const bool is_conditional =
      request.headers.find("If-Match") || request.headers.find("If-None-Match");
  if (is_conditional && happens(dice_, context_.faults.s3_conflict_per_mille))
    return refuse("ConditionalRequestConflict",
                  "The conditional request cannot succeed due to a conflicting operation against "
                  "this resource.",
                  409);
  StoredObject object;
  object.body = request.body;
  object.etag = "\"" + base::hex(base::as_text(base::md5(request.body))) + "\"";
  const std::string* type = request.headers.find("Content-Type");
  object.content_type = type ? *type : "binary/octet-stream";
  object.modified_at = base::Instant::from_unix_seconds(context_.now.unix_ms() / 1000);
  net::Response response;
  response.headers.add("ETag", object.etag);
  note_write(bucket, key, object.body);
  bucket.objects[key] = std::move(object);
  return response;
}

Answer<net::Response> S3::erase(Bucket& bucket, const std::string& key) {
  if (bucket.objects.erase(key) > 0) note_write(bucket, key, std::nullopt);
  net::Response response;
  response.status = 204;
  return response;
}

void S3::note_write(const Bucket& bucket, const std::string& key, std::optional<std::string> body) {
  std::deque<ObjectWrite>& writes = context_.world.object_writes;
  const uint64_t number = writes.empty() ? 1 : writes.back().number + 1;
  writes.push_back({number, context_.now, bucket.name, key, std::move(body)});
  if (writes.size() > kMostWrites) writes.pop_front();
}

}  // namespace sim
