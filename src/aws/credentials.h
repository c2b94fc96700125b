// Credentials: where they come from, and that they are fresh.
//
// A provider hands out credentials for one signature and never prints them: no message and no log
// line carries a key. make_credentials_provider looks in the places that AWS's tools look in, in
// their order: the environment, then the shared files, then the role of the instance. The first two
// are read once, at start; a role's credentials are fetched again before they expire.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/client.h"
#include "net/sigv4.h"
#include "ports/clock.h"

namespace aws {

class CredentialsProvider {
 public:
  using Done = std::function<void(base::Result<net::Credentials>)>;
  virtual ~CredentialsProvider() = default;
  // Calls `done` exactly once, from any thread, perhaps before it returns.
  virtual void get(Done done) = 0;
  // AWS said that the credentials with this key have expired, whatever their date says.
  virtual void refuse(const std::string& access_key) = 0;
};

std::unique_ptr<CredentialsProvider> make_static_credentials(net::Credentials credentials);

// The value of an environment variable, or nothing. An empty one counts as not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

// Looks as described above. `http` must not use a proxy (metadata is link-local) and must be
// destroyed before the provider. Fails with a sentence when what was asked for by name is not
// there: AWS_PROFILE, or half a pair of keys.
base::Result<std::unique_ptr<CredentialsProvider>> make_credentials_provider(
    const Environment& environment, net::HttpClient& http, const ports::Clock& clock);

}  // namespace aws
