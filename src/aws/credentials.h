// Credentials: where they come from, and that they are fresh.
//
// A provider hands out credentials for one signature and never prints them: no message and no log
// line carries a key. credential_chain.h finds the provider that a host is set up for.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/sigv4.h"

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

// The text of a regular file of at most `most_bytes`, without blanks and ends of lines around it:
// tokens are kept in files, and are renewed there. The path may be in the message, no text is.
base::Result<std::string> read_token_file(const std::string& path, size_t most_bytes);

}  // namespace aws
