#include "app/restart_keys.h"

#include <algorithm>

namespace app {
namespace {

using Keys = std::vector<std::string>;

void add_keeper(const KeeperConfig& now, const KeeperConfig& coming, Keys& keys) {
  const auto note = [&](bool differs, const std::string& key) {
    if (differs) keys.push_back(key + " in [keeper]");
  };
  note(now.name != coming.name, "name");
  note(now.deployment != coming.deployment, "deployment");
  note(now.state_dir != coming.state_dir, "state_dir");
  note(now.listen != coming.listen, "listen");
}

// Of a site without a name each key is in a table of its own.
std::string place_of(const SiteConfig& site, const std::string& table) {
  return site.name.empty() ? " in " + table : " in [[aws]] of " + site.name;
}

void add_aws(const SiteConfig& site, const AwsConfig& now, const AwsConfig& coming, Keys& keys) {
  const auto note = [&](bool differs, const std::string& key) {
    if (differs) keys.push_back(key + place_of(site, "[aws]"));
  };
  note(now.region != coming.region, "region");
  note(now.account != coming.account, "account");
  note(now.profile != coming.profile, "profile");
  note(now.role_arn != coming.role_arn, "role_arn");
  note(now.external_id != coming.external_id, "external_id");
  note(now.endpoint != coming.endpoint, "endpoint_url");
  note(now.ca_bundle != coming.ca_bundle, "ca_bundle");
}

std::string ledger_of(const SiteConfig& site) {
  return site.name.empty() ? "[ledger]" : "the ledger of " + site.name;
}

bool have_other_names(const std::vector<SiteConfig>& now, const std::vector<SiteConfig>& coming) {
  return !std::equal(now.begin(), now.end(), coming.begin(), coming.end(),
                     [](const SiteConfig& a, const SiteConfig& b) { return a.name == b.name; });
}

}  // namespace

std::vector<std::string> keys_of_restart(const Config& now, const Config& coming) {
  Keys keys;
  add_keeper(now.keeper, coming.keeper, keys);
  if (have_other_names(now.sites, coming.sites)) {
    keys.emplace_back("which [[aws]] there are, their names and their order");
    return keys;
  }
  for (size_t i = 0; i < now.sites.size(); ++i) {
    const SiteConfig& old = now.sites[i];
    const SiteConfig& site = coming.sites[i];
    add_aws(old, old.aws, site.aws, keys);
    if (old.queue_url != site.queue_url) keys.push_back("queue_url" + place_of(old, "[events]"));
    if (old.ledger != site.ledger) keys.push_back(ledger_of(old));
  }
  return keys;
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i)
    text += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  return text;
}

}  // namespace app
