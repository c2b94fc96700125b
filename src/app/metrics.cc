#include "app/metrics.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

namespace app {
namespace {

// Backslash, quote and line feed are what the format escapes in a label's value.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "spotkeeper_" + std::string(name);
    text_ += "# HELP " + name_ + " " + std::string(help) + "\n";
    text_ += "# TYPE " + name_ + " " + std::string(type) + "\n";
  }
  void sample(uint64_t number) { text_ += name_ + " " + std::to_string(number) + "\n"; }
  void sample(std::string_view label, std::string_view word, uint64_t number) {
    text_ += name_ + "{" + std::string(label) + "=\"" + escaped(word) + "\"} " +
             std::to_string(number) + "\n";
  }
  void sample(std::string_view label, std::string_view word, std::string_view other_label,
              std::string_view other_word, uint64_t number) {
    text_ += name_ + "{" + std::string(label) + "=\"" + escaped(word) + "\"," +
             std::string(other_label) + "=\"" + escaped(other_word) + "\"} " +
             std::to_string(number) + "\n";
  }

  void counter(std::string_view name, std::string_view help, uint64_t number) {
    family(name, "counter", help);
    sample(number);
  }
  void gauge(std::string_view name, std::string_view help, uint64_t number) {
    family(name, "gauge", help);
    sample(number);
  }
  void counters(std::string_view name, std::string_view help, std::string_view label,
                const std::map<std::string, uint64_t>& numbers) {
    family(name, "counter", help);
    for (const auto& [word, number] : numbers) sample(label, word, number);
  }
  template <class Read>
  void per_group(std::string_view name, std::string_view help, const GroupViews& groups,
                 Read read) {
    family(name, "gauge", help);
    for (const auto& group : groups)
      sample("group", group->name.str(), static_cast<uint64_t>(read(*group)));
  }

  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

void add_engine(const engine::Stats& stats, Page& page) {
  page.counter("turns_total", "Turns of the loop.", stats.turns);
  page.counter("messages_total", "Messages received from the queue, copies included.",
               stats.messages);
  page.counters("events_total", "Events heard for the first time.", "kind", stats.events_by_kind);
  page.counter("quarantined_total", "Messages that could not be used and were set aside.",
               stats.quarantined);
  page.counter("messages_not_removed_total", "Deletions that the queue refused.",
               stats.not_removed);
  page.counter("receive_failures_total", "Receives that the queue did not answer.",
               stats.receive_failures);
  page.counter("journal_failures_total", "Writes to the journal that failed.",
               stats.journal_failures);
  page.counter("incidents_opened_total", "Incidents opened.", stats.incidents_opened);
  page.counter("incidents_closed_total", "Incidents closed.", stats.incidents_closed);
  page.counters("calls_total", "Calls made, by action.", "action", stats.calls_by_action);
  page.counters("call_failures_total", "Calls that failed, by code.", "code",
                stats.failures_by_code);
  page.counters("remarks_total", "Things worth a log line, by word.", "what",
                stats.remarks_by_word);
}

void add_targets(const engine::Stats& stats, Page& page) {
  page.family("notifications_total", "counter", "Messages for people, by what became of them.");
  for (const auto& [target, count] : stats.targets) {
    page.sample("target", target, "outcome", "sent", count.sent);
    page.sample("target", target, "outcome", "failed", count.failed);
    page.sample("target", target, "outcome", "quarantined", count.quarantined);
  }
  page.family("notifications_waiting", "gauge", "Notifications that a target has not got yet.");
  for (const auto& [target, count] : stats.targets) page.sample("target", target, count.waiting);
}

void add_groups(const GroupViews& groups, Page& page) {
  page.per_group("group_capacity", "Instances that the configuration wants.", groups,
                 [](const GroupView& group) { return group.capacity; });
  page.per_group("group_healthy", "Slots that a machine serves which is not being taken away.",
                 groups, [](const GroupView& group) { return group.healthy; });
  page.per_group(
      "group_on_demand", "Slots held by an on-demand instance.", groups,
      [](const GroupView& group) {
        return std::count_if(group.slots.begin(), group.slots.end(), [](const SlotView& slot) {
          return !slot.holder.empty() && slot.lifecycle == model::Lifecycle::kOnDemand;
        });
      });
  page.per_group("group_unhealthy", "Slots whose instance fails its checks.", groups,
                 [](const GroupView& group) {
                   return std::count_if(
                       group.slots.begin(), group.slots.end(),
                       [](const SlotView& slot) { return slot.state == SlotState::kUnhealthy; });
                 });
  page.per_group("group_paused", "1 while people want the group only watched.", groups,
                 [](const GroupView& group) { return group.is_paused; });
  page.per_group("group_troubles", "Things that fail until a person acts.", groups,
                 [](const GroupView& group) { return group.troubles.size(); });
  page.per_group("group_open_launches", "Launches that are under way.", groups,
                 [](const GroupView& group) { return group.open_launches; });
  page.per_group("group_retiring", "Replaced instances that still exist.", groups,
                 [](const GroupView& group) { return group.retiring.size(); });
  page.per_group("group_open_incidents", "Incidents that are not over.", groups,
                 [](const GroupView& group) { return group.incidents.size(); });
}

}  // namespace

std::string metrics_text(const Snapshot& snapshot) {
  Page page;
  page.gauge("ready", "1 when every group's ledger and instances have been read.",
             snapshot.has_seen_all);
  page.gauge("journal_writable", "1 while the journal can be written.",
             snapshot.blocked_by.empty());
  page.gauge("queue_readable", "1 while the queue can be read.", snapshot.queue_trouble.empty());
  page.gauge("keeper_troubles", "Things of no one group that fail until a person acts.",
             snapshot.troubles.size());
  page.counter("foreign_notices_total", "Notices about instances that no group knew.",
               snapshot.foreign_notices);
  add_engine(snapshot.stats, page);
  add_targets(snapshot.stats, page);
  add_groups(snapshot.groups, page);
  return page.take();
}

}  // namespace app
