#include "aws/refreshing_credentials.h"

#include <utility>

namespace aws {
namespace {

// AWS puts a role's next credentials out at least five minutes before the old ones expire. Asking
// from fifteen minutes on leaves room for many failures.
constexpr base::Duration kRefreshBefore = base::Duration::minutes(15);

// Until the next ones are out every fetch brings the old ones again: once a minute is enough.
constexpr base::Duration kLeastPause = base::Duration::minutes(1);

}  // namespace

bool RefreshingCredentials::valid_at(base::Instant now) const {
  return current_ && (!current_->expires_at || now < *current_->expires_at);
}

bool RefreshingCredentials::due_at(base::Instant now) const {
  if (!valid_at(now)) return true;
  if (!current_->expires_at || now < *current_->expires_at - kRefreshBefore) return false;
  return !last_fetch_ || now - *last_fetch_ >= kLeastPause;
}

void RefreshingCredentials::get(Done done) {
  std::unique_lock lock(mutex_);
  const base::Instant now = clock_.now();
  const bool start = !fetching_ && due_at(now);
  if (start) {
    fetching_ = true;
    last_fetch_ = now;
  }
  const std::optional<net::Credentials> ready = valid_at(now) ? current_ : std::nullopt;
  if (!ready) waiting_.push_back(done);
  lock.unlock();
  if (start) start_fetch();
  if (ready) done(*ready);
}

void RefreshingCredentials::refuse(const std::string& access_key) {
  const std::lock_guard lock(mutex_);
  if (current_ && current_->access_key == access_key) current_.reset();
}

void RefreshingCredentials::start_fetch() {
  fetch_([this](base::Result<net::Credentials> fetched) { finish_fetch(std::move(fetched)); });
}

void RefreshingCredentials::finish_fetch(base::Result<net::Credentials> fetched) {
  std::unique_lock lock(mutex_);
  fetching_ = false;
  if (fetched) current_ = *fetched;
  const std::vector<Done> waiting = std::exchange(waiting_, {});
  lock.unlock();
  // Waiters get them even if their date is over: AWS may have prolonged them while metadata lags,
  // and it is AWS who decides.
  for (const Done& done : waiting) done(fetched);
}

}  // namespace aws
