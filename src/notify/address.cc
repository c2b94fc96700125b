#include "notify/address.h"

namespace notify {

bool wants(const Subscription& subscription, const Notification& notification) {
  if (!subscription.on.contains(notification.kind)) return false;
  return subscription.groups.empty() || notification.group.empty() ||
         subscription.groups.contains(notification.group);
}

std::vector<Letter> letters_of(const std::vector<Notification>& news,
                               const std::vector<Subscription>& subscriptions,
                               const model::KeeperName& keeper) {
  std::vector<Letter> letters;
  for (const Notification& it : news) {
    const std::string document = document_of(it, keeper);
    for (const Subscription& subscription : subscriptions)
      if (wants(subscription, it))
        letters.push_back({0, subscription.target, it.id, std::string(to_string(it.kind)),
                           std::string(to_string(it.event)), it.group.str(), it.text, document,
                           it.at});
  }
  return letters;
}

}  // namespace notify
