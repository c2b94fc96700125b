#include "app/metrics.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

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

bool is_begun(const Snapshot& site) { return site.not_begun.empty(); }

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

class Page {
 public:
  explicit Page(const Snapshots& snapshots) : snapshots_(snapshots) {}

  // `add` is asked for every site's samples: all of a family stand below one heading.
  template <class Add>
  void family(std::string_view name, std::string_view type, std::string_view help, Add add) {
    name_ = "spotkeeper_" + std::string(name);
    text_ += "# HELP " + name_ + " " + std::string(help) + "\n";
    text_ += "# TYPE " + name_ + " " + std::string(type) + "\n";
    for (const auto& snapshot : snapshots_) {
      site_ = snapshot->site;
      add(*snapshot);
    }
  }
  void sample(Labels labels, uint64_t number) {
    if (!site_.empty()) labels.emplace_back("site", site_);
    sample_of_any(labels, number);
  }
  // Its labels tell the site already.
  void sample_of_any(const Labels& labels, uint64_t number) {
    std::string text;
    for (const auto& [label, word] : labels)
      text += (text.empty() ? "" : ",") + std::string(label) + "=\"" + escaped(word) + "\"";
    text_ += name_ + (text.empty() ? "" : "{" + text + "}") + " " + std::to_string(number) + "\n";
  }

  template <class Read>
  void number(std::string_view name, std::string_view type, std::string_view help, Read read) {
    family(name, type, help,
           [&](const Snapshot& site) { sample({}, static_cast<uint64_t>(read(site))); });
  }
  void counter(std::string_view name, std::string_view help, uint64_t engine::Stats::*count) {
    number(name, "counter", help, [count](const Snapshot& site) { return site.stats.*count; });
  }
  void counters(std::string_view name, std::string_view help, std::string_view label,
                std::map<std::string, uint64_t> engine::Stats::*counts) {
    family(name, "counter", help, [&](const Snapshot& site) {
      for (const auto& [word, count] : site.stats.*counts) sample({{label, word}}, count);
    });
  }
  template <class Read>
  void per_group(std::string_view name, std::string_view help, Read read) {
    family(name, "gauge", help, [&](const Snapshot& site) {
      for (const auto& group : site.groups)
        sample_of_any({{"group", group->name.str()}}, static_cast<uint64_t>(read(*group)));
    });
  }

  std::string take() { return std::move(text_); }

 private:
  const Snapshots& snapshots_;
  std::string name_;
  std::string site_;  // Whose samples are added.
  std::string text_;
};

void add_engine(Page& page) {
  using engine::Stats;
  page.counter("turns_total", "Turns of the loop.", &Stats::turns);
  page.counter("messages_total", "Messages received from the queue, copies included.",
               &Stats::messages);
  page.counters("events_total", "Events heard for the first time.", "kind", &Stats::events_by_kind);
  page.counter("quarantined_total", "Messages that could not be used and were set aside.",
               &Stats::quarantined);
  page.counter("messages_not_removed_total", "Deletions that the queue refused.",
               &Stats::not_removed);
  page.counter("receive_failures_total", "Receives that the queue did not answer.",
               &Stats::receive_failures);
  page.counter("journal_failures_total", "Writes to the journal that failed.",
               &Stats::journal_failures);
  page.counter("incidents_opened_total", "Incidents opened.", &Stats::incidents_opened);
  page.counter("incidents_closed_total", "Incidents closed.", &Stats::incidents_closed);
  page.counters("calls_total", "Calls made, by action.", "action", &Stats::calls_by_action);
  page.counters("call_failures_total", "Calls that failed, by code.", "code",
                &Stats::failures_by_code);
  page.counters("remarks_total", "Things worth a log line, by word.", "what",
                &Stats::remarks_by_word);
}

void add_targets(Page& page) {
  page.family("notifications_total", "counter", "Messages for people, by what became of them.",
              [&](const Snapshot& site) {
                for (const auto& [target, count] : site.stats.targets) {
                  page.sample({{"target", target}, {"outcome", "sent"}}, count.sent);
                  page.sample({{"target", target}, {"outcome", "failed"}}, count.failed);
                  page.sample({{"target", target}, {"outcome", "quarantined"}}, count.quarantined);
                }
              });
  page.family("notifications_waiting", "gauge", "Notifications that a target has not got yet.",
              [&](const Snapshot& site) {
                for (const auto& [target, count] : site.stats.targets)
                  page.sample({{"target", target}}, count.waiting);
              });
}

void add_groups(Page& page) {
  page.per_group("group_capacity", "Instances that the configuration wants.",
                 [](const GroupView& group) { return group.capacity; });
  page.per_group("group_min_healthy", "Slots that are to be served; 0 of a retired group.",
                 [](const GroupView& group) { return group.is_retired ? 0 : group.min_healthy; });
  page.per_group("group_healthy", "Slots that a machine serves which is not being taken away.",
                 [](const GroupView& group) { return group.healthy; });
  page.per_group(
      "group_on_demand", "Slots held by an on-demand instance.", [](const GroupView& group) {
        return std::count_if(group.slots.begin(), group.slots.end(), [](const SlotView& slot) {
          return !slot.holder.empty() && slot.lifecycle == model::Lifecycle::kOnDemand;
        });
      });
  page.per_group(
      "group_unhealthy", "Slots whose instance fails its checks.", [](const GroupView& group) {
        return std::count_if(group.slots.begin(), group.slots.end(), [](const SlotView& slot) {
          return slot.state == SlotState::kUnhealthy;
        });
      });
  page.per_group("group_paused", "1 while people want the group only watched.",
                 [](const GroupView& group) { return group.is_paused; });
  page.per_group("group_slots_on_hold", "Slots that people want left alone.",
                 [](const GroupView& group) {
                   return std::count_if(group.slots.begin(), group.slots.end(),
                                        [](const SlotView& slot) { return slot.order == "hold"; });
                 });
  page.per_group("group_troubles", "Things that fail until a person acts.",
                 [](const GroupView& group) { return group.troubles.size(); });
  page.per_group("group_open_launches", "Launches that are under way.",
                 [](const GroupView& group) { return group.open_launches; });
  page.per_group("group_retiring", "Replaced instances that still exist.",
                 [](const GroupView& group) { return group.retiring.size(); });
  page.per_group("group_open_incidents", "Incidents that are not over.",
                 [](const GroupView& group) { return group.incidents.size(); });
}

}  // namespace

std::string metrics_text(const Snapshots& snapshots) {
  Page page(snapshots);
  page.number("ready", "gauge", "1 when every group's ledger and instances have been read.",
              [](const Snapshot& site) { return site.has_seen_all; });
  page.number("journal_writable", "gauge", "1 while the journal can be written.",
              [](const Snapshot& site) { return is_begun(site) && site.blocked_by.empty(); });
  page.number("queue_readable", "gauge", "1 while the queue can be read.",
              [](const Snapshot& site) { return is_begun(site) && site.queue_trouble.empty(); });
  page.number("keeper_troubles", "gauge", "Things of no one group that fail until a person acts.",
              [](const Snapshot& site) { return site.troubles.size(); });
  page.number("foreign_notices_total", "counter", "Notices about instances that no group knew.",
              [](const Snapshot& site) { return site.foreign_notices; });
  add_engine(page);
  add_targets(page);
  add_groups(page);
  return page.take();
}

}  // namespace app
