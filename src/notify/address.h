// Who hears of what, and the letter that each gets. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "notify/notification.h"

namespace notify {

// What a target wants to hear. Where it is only `app` knows.
struct Subscription {
  std::string target;
  std::set<Kind> on;
  std::set<model::GroupName> groups;  // Empty: all.

  friend bool operator==(const Subscription&, const Subscription&) = default;
};

// One notification on its way to one target; a row of the outbox.
struct Letter {
  int64_t seq = 0;  // In the order of the outbox.
  std::string target;
  std::string id;
  std::string kind, event;  // As words: a row may be of a newer spotkeeper.
  std::string group;        // Empty: of none.
  std::string text;
  std::string document;
  base::Instant at;

  friend bool operator==(const Letter&, const Letter&) = default;
};

// What concerns no group goes to everybody who wants its kind.
bool wants(const Subscription& subscription, const Notification& notification);

std::vector<Letter> letters_of(const std::vector<Notification>& news,
                               const std::vector<Subscription>& subscriptions,
                               const model::KeeperName& keeper);

}  // namespace notify
