// RefreshingCredentials: temporary credentials, fetched again before they expire.
//
// One fetch at a time, however many ask. While the credentials at hand are valid nobody waits: a
// fetch runs beside, and when it fails the old ones serve on. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "aws/credentials.h"
#include "ports/clock.h"

namespace aws {

class RefreshingCredentials : public CredentialsProvider {
 public:
  using Fetch = std::function<void(Done)>;

  // `fetch` completes once, from any thread, and not after this object is gone.
  RefreshingCredentials(Fetch fetch, const ports::Clock& clock)
      : fetch_(std::move(fetch)), clock_(clock) {}

  void get(Done done) override;
  void refuse(const std::string& access_key) override;

 private:
  bool valid_at(base::Instant now) const;
  bool due_at(base::Instant now) const;
  void start_fetch();
  void finish_fetch(base::Result<net::Credentials> fetched);

  const Fetch fetch_;
  const ports::Clock& clock_;
  std::mutex mutex_;  // Guards what follows; never held while calling out.
  std::optional<net::Credentials> current_;
  bool fetching_ = false;
  std::optional<base::Instant> last_fetch_;
  std::vector<Done> waiting_;
};

}  // namespace aws
