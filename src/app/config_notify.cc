#include "app/config_notify.h"

#include <algorithm>
#include <map>

#include "base/quote.h"

namespace app {
namespace {

using base::quote;
using NameLines = std::map<std::string, int>;

// Each has a thread of its own.
constexpr size_t kMostTargets = 16;
// What waits for a target waits under its name, so no name may come from a place in the file.
constexpr char kOnlyTarget[] = "notify";

std::string read_name(TableReader& in, const toml::table& table, size_t count, NameLines& names,
                      Problems& problems) {
  const auto given = in.text("name", kTargetName);
  if (!table.contains("name") && count > 1)
    problems.add(
        table.source().begin,
        "name is missing from [[notify]], which is one of " + std::to_string(count),
        "a name of its own for each, once there are several: " + std::string(kTargetName.allowed));
  if (!given) return kOnlyTarget;
  const int line = static_cast<int>(table.source().begin.line);
  const auto [other, is_new] = names.emplace(*given, line);
  if (!is_new)
    in.reject("name",
              "name in [[notify]] is " + quote(*given) + ", as the one in line " +
                  std::to_string(other->second),
              "a name that no other target has");
  return *given;
}

// Editors end a line in many ways, and some begin a file with a mark.
std::string trimmed(std::string text) {
  constexpr char kBlanks[] = " \t\r\n";
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  text.erase(text.find_last_not_of(kBlanks) + 1);
  return text.erase(0, std::min(text.find_first_not_of(kBlanks), text.size()));
}

// What is in the file is never shown.
std::string read_webhook_file(TableReader& in, const NotifyConfig& target,
                              const Defaults& defaults) {
  const std::string name = "webhook_file of " + target.name;
  const std::string subject = name + ", " + quote(target.webhook_file) + ", ";
  const Lack lack{{}, {}, name, "its messages wait"};
  const auto text = read_named_file(defaults, target.webhook_file);
  if (!text) {
    in.go_without("webhook_file", lack, subject + "cannot be read: " + text.error().message,
                  "a file with the URL, which this user may read");
    return {};
  }
  std::string url = trimmed(*text);
  if (kWebhook.accepts(url)) return url;
  in.go_without("webhook_file", lack, subject + "does not hold a URL that can be used",
                kWebhook.allowed);
  return {};
}

// The URL never appears in a problem.
void read_webhook(TableReader& in, const toml::table& table, const Defaults& defaults,
                  NotifyConfig& target, Problems& problems) {
  target.webhook = in.text("webhook", kWebhook).value_or("");
  target.webhook_file = in.text("webhook_file", kWebhookFile).value_or("");
  const bool has_url = table.contains("webhook"), has_file = table.contains("webhook_file");
  if (has_url && has_file)
    in.reject("webhook_file", "webhook_file in [[notify]] is given beside webhook", "one of them");
  if (!has_url && !has_file)
    problems.add(table.source().begin, "webhook is missing from [[notify]]",
                 "webhook or webhook_file");
  if (!has_url && !target.webhook_file.empty())
    target.webhook = read_webhook_file(in, target, defaults);
}

std::set<model::GroupName> read_groups(TableReader& in,
                                       const std::vector<model::GroupSpec>& groups) {
  std::set<model::GroupName> chosen;
  for (const std::string& text : in.required_texts("groups", kGroupName)) {
    const model::GroupName name(text);
    if (std::none_of(groups.begin(), groups.end(),
                     [&](const model::GroupSpec& group) { return group.name == name; }))
      in.reject("groups", "groups in [[notify]] names " + quote(text) + ", which is no [[group]]",
                "names of groups of this file");
    chosen.insert(name);
  }
  return chosen;
}

NotifyConfig read_target(const toml::table& table, size_t count, NameLines& names,
                         const std::vector<model::GroupSpec>& groups, const Defaults& defaults,
                         Problems& problems) {
  TableReader in(table, "[[notify]]", {"name", "webhook", "webhook_file", "on", "groups", "format"},
                 problems);
  NotifyConfig target;
  target.name = read_name(in, table, count, names, problems);
  read_webhook(in, table, defaults, target, problems);
  for (const std::string& word : in.required_texts("on", kNotifyKind))
    target.on.insert(*notify::parse_kind(word));
  if (table.contains("groups")) target.groups = read_groups(in, groups);
  if (const auto word = in.text("format", kWebhookFormat))
    target.format = parse_webhook_format(*word);
  return target;
}

}  // namespace

std::vector<NotifyConfig> read_notify(TableReader& root,
                                      const std::vector<model::GroupSpec>& groups,
                                      const Defaults& defaults, Problems& problems) {
  std::vector<NotifyConfig> targets;
  NameLines names;
  const auto tables = root.tables("notify", "tables, each written [[notify]]");
  for (const toml::table* table : tables)
    targets.push_back(read_target(*table, tables.size(), names, groups, defaults, problems));
  if (targets.size() > kMostTargets)
    root.reject("notify", std::to_string(targets.size()) + " tables [[notify]]",
                "at most " + std::to_string(kMostTargets));
  return targets;
}

}  // namespace app
