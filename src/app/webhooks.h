// Webhooks: the messenger over HTTPS. It alone knows where targets are, and shows no more of that
// than scheme and host.
//
// Each target has a client, and so a thread and look-ups, of its own: one that hangs in any way is
// nobody else's trouble. One attempt per post, decided by the answer's status as soon as its head
// is read; a redirect is a refusal, because it would carry the message to where nobody wanted it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/webhook_url.h"
#include "net/client.h"
#include "notify/address.h"
#include "ports/clock.h"
#include "ports/messenger.h"

namespace app {

// Who of the configuration wants to hear what.
std::vector<notify::Subscription> subscriptions_of(const std::vector<NotifyConfig>& targets);

// What a target's answer means.
ports::MailAnswer answer_of(const base::Result<net::Response>& result, base::Instant now);

WebhookFormat format_of(const NotifyConfig& target, const WebhookUrl& url);
std::string body_of(const ports::Mail& mail, WebhookFormat format);

class Webhooks : public ports::Messenger {
 public:
  // A target without a `webhook` is held back: see Unreadable. `client` is as for AWS's calls;
  // the clock outlives this. Destroying it waits for look-ups that are under way.
  Webhooks(const std::vector<NotifyConfig>& targets, const net::ClientOptions& client,
           const ports::Clock& clock);

  void post(ports::Mail mail, std::function<void(ports::MailAnswer)> done) override;

 private:
  struct Target {
    WebhookUrl url;
    WebhookFormat format = WebhookFormat::kJson;
    std::unique_ptr<net::HttpClient> http;  // Null: its URL is not known.
  };

  const ports::Clock& clock_;
  std::map<std::string, Target> targets_;
};

}  // namespace app
