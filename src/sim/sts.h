// Sts: who a caller is, and the temporary credentials of assumed roles.
//
// Owns the sessions that it has issued: each is an access key, a secret and a token, and ends by
// the clock that its owner sees, which also signs by it. Every role of the region's account exists
// and trusts every caller of the account, and every web identity of a provider that was told; none
// of another account does.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/prng.h"
#include "net/sigv4.h"
#include "sim/context.h"
#include "sim/web_identity.h"
#include "sim/wire.h"

namespace sim {

// Who signed a request, and when that is by the caller's own clock.
struct Caller {
  std::string access_key;  // Empty: nobody looked; the user of the scene.
  base::Instant now;
};

class Sts {
 public:
  Sts(const Context& context, base::Prng dice) : context_(context), dice_(dice) {}

  Answer<std::string> call(const base::Form& form, const Caller& caller);
  // The calls that nobody signs: what proves the caller is in them.
  static bool is_unsigned(std::string_view action);

  // From now on tokens of that issuer, for that audience, are taken; one more of a known issuer
  // replaces its audience.
  void trust(std::string issuer, std::string audience);

  // The issued credentials with that key, also when they are over; without an expiry, which
  // has_expired() tells.
  std::optional<net::Credentials> find(const std::string& access_key) const;
  bool has_expired(const Caller& caller) const;
  // Ends every session now, whatever its owner was told; how many there were.
  int expire_all();

 private:
  struct Session {
    net::Credentials credentials;
    std::string role, name;
    bool is_ended = false;
  };

  Answer<std::string> assume_role(const base::Form& form, const Caller& caller);
  Answer<std::string> assume_role_with_web_identity(const base::Form& form, const Caller& caller);
  std::string caller_identity(const Caller& caller) const;
  // What either call answers of a new session that ends after `life`.
  std::string issue_xml(std::string role, std::string name, base::Duration life,
                        const Caller& caller);
  const Session& issue(std::string role, std::string name, base::Instant expires_at);
  const Session* session_of(const std::string& access_key) const;
  std::string arn_of(const Caller& caller) const;
  std::string arn_of(const Session& session) const;

  const Context& context_;
  base::Prng dice_;
  int64_t issued_ = 0;
  IdentityProviders providers_;
  std::deque<Session> sessions_;  // In the order in which they were issued.
};

}  // namespace sim
