// S3: buckets and small objects with conditional writes, path style.
//
// Owns the buckets of the world. Reads after writes are consistent, as in AWS. Not simulated:
// versions, multipart uploads, ranges, ACLs, encryption, host-style addresses.
#pragma once

#include <optional>
#include <string>

#include "net/http.h"
#include "sim/context.h"
#include "sim/wire.h"

namespace sim {

class S3 {
 public:
  S3(Context& context, base::Prng dice) : context_(context), dice_(dice) {}

  Answer<net::Response> call(const net::Request& request);

  Bucket& create(const std::string& name);

 private:
  Answer<net::Response> create_bucket(const std::string& name, const net::Request& request);
  Answer<net::Response> list_buckets() const;
  Answer<net::Response> list_objects(const Bucket& bucket, const net::Request& request) const;
  Answer<net::Response> get(const Bucket& bucket, const std::string& key,
                            const net::Request& request) const;
  Answer<net::Response> put(Bucket& bucket, const std::string& key, const net::Request& request);
  Answer<net::Response> erase(Bucket& bucket, const std::string& key);
  void note_write(const Bucket& bucket, const std::string& key, std::optional<std::string> body);

  Context& context_;
  base::Prng dice_;
};

}  // namespace sim
