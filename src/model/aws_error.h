// The one place that knows AWS's error codes. Everybody else asks here, by predicate.
//
// A code is `base::Error::code` as AWS sent it, without a service's prefix. The predicates are kept
// apart by what the asker does next: wait, go to another pool, look again, give the launch up, tell
// a person. An unknown code answers no to all of them and is judged by the HTTP status alone.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/call.h"

namespace model {

// The request was refused for its rate, by any service. Nothing happened.
bool is_throttled(std::string_view code);
// The pool (type × zone) cannot give an instance now, at our price: try another pool.
bool is_no_capacity(std::string_view code);
// The account's own limit is reached: another zone does not help, another lifecycle may.
bool is_quota_exceeded(std::string_view code);
// The subnet has no address left: another subnet helps.
bool is_subnet_full(std::string_view code);
// What was named does not exist, or is too new to be seen everywhere.
bool is_not_found(std::string_view code);
// An instance type is not one of the region's.
bool is_unknown_type(std::string_view code);
// The ClientToken was used before with another body.
bool is_token_mismatch(std::string_view code);
// The ClientToken's instance has already been terminated.
bool is_token_terminated(std::string_view code);
// The request was refused for who we are or what we may do. A person must act.
bool is_auth(std::string_view code);
// The credentials are good, and may not do this one thing.
bool is_right_missing(std::string_view code);
// The credentials themselves are: whatever is asked with them is refused.
bool is_credentials_refused(std::string_view code);
// The session token is over its time: other credentials help.
bool is_expired_credentials(std::string_view code);
// Our clock is wrong, says AWS.
bool is_clock_skew(std::string_view code);
// A wrong clock is one of the reasons for this code; the answer's Date header tells.
bool may_be_clock_skew(std::string_view code);

// A request with DryRun would have been carried out.
bool is_dry_run_passed(std::string_view code);

enum class Effect { kRead, kMutate };

Effect effect_of(const Call& call);

// What the caller may do after AWS answered with this code and this status (never a 2xx). `code` is
// empty when the body was not AWS's.
base::Retry retry_for(std::string_view code, int http_status, Effect effect);

}  // namespace model
