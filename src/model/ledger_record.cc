#include "model/ledger_record.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"

namespace model {
namespace {

namespace json = base::json;
using base::fail;
using base::Instant;
using base::Result;

constexpr int64_t kFormat = 1;
// Far beyond any truth, and near enough that sums of them stay numbers: the ledger may lie where
// others can write.
constexpr int64_t kMostNumber = int64_t{1} << 53;
constexpr int64_t kMostCount = 1'000'000;
constexpr int64_t kMostUnixMs = 253'402'300'799'000;  // The end of the year 9999.

json::object write_pool(const Pool& pool) {
  return {{"type", pool.type.str()}, {"zone", pool.zone.str()}, {"product", pool.product}};
}

json::object write_launch(const OpenLaunch& launch) {
  json::array slots;
  for (const SlotName& slot : launch.slots) slots.emplace_back(slot.str());
  return {{"n", launch.n},
          {"pool", write_pool(launch.pool)},
          {"lifecycle", to_string(launch.lifecycle)},
          {"subnet", launch.subnet.str()},
          {"slots", std::move(slots)},
          {"template_version", launch.template_version},
          {"request", launch.request},
          {"submitter", launch.submitter.str()},
          {"opened_at_ms", launch.opened_at.unix_ms()},
          {"submit_before_ms", launch.submit_before.unix_ms()}};
}

json::object write_holder(const SlotName& slot, const Holder& holder) {
  return {{"slot", slot.str()},
          {"instance", holder.instance.str()},
          {"n", holder.n},
          {"pool", write_pool(holder.pool)},
          {"since_ms", holder.since.unix_ms()},
          {"template_version", holder.template_version},
          {"lifecycle", to_string(holder.lifecycle)}};
}

json::value write_optional(const std::optional<Instant>& t) {
  return t ? json::value(t->unix_ms()) : json::value(nullptr);
}

json::object write_retiring(const Retiring& retiring) {
  return {{"instance", retiring.instance.str()},
          {"slot", retiring.slot.str()},
          {"replacement", retiring.replacement.str()},
          {"reason", retiring.reason},
          {"since_ms", retiring.since.unix_ms()},
          {"deadline_ms", write_optional(retiring.deadline)}};
}

json::array write_times(const std::map<SlotName, Instant>& times, std::string_view key) {
  json::array out;
  for (const auto& [slot, time] : times)
    out.push_back(json::object{{"slot", slot.str()}, {key, time.unix_ms()}});
  return out;
}

// Reads fields of one object; the first that cannot be used is remembered.
class Reader {
 public:
  Reader(const json::object& object, std::string where)
      : object_(object), where_(std::move(where)) {}

  std::string text(std::string_view key) {
    auto value = json::find_string(object_, key);
    if (!value) note(key);
    return value.value_or(std::string());
  }
  int64_t number(std::string_view key) { return number(key, kMostNumber); }
  // -1: of an unknown one.
  int64_t version(std::string_view key) {
    return json::find_int(object_, key) == -1 ? -1 : number(key);
  }
  uint64_t count(std::string_view key) { return static_cast<uint64_t>(number(key)); }
  Instant instant(std::string_view key) { return Instant::from_unix_ms(number(key, kMostUnixMs)); }
  std::optional<Instant> optional_instant(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value && value->is_null()) return std::nullopt;
    return instant(key);
  }
  Pool pool(std::string_view key) {
    const json::object* inner = json::find_object(object_, key);
    if (!inner) {
      note(key);
      return {};
    }
    Reader reader(*inner, where_ + "." + std::string(key));
    Pool pool{InstanceType(reader.text("type")), Zone(reader.text("zone")), reader.text("product")};
    adopt(reader);
    return pool;
  }
  Lifecycle lifecycle(std::string_view key) {
    const auto lifecycle = parse_lifecycle(text(key));
    if (!lifecycle) note(key);
    return lifecycle.value_or(Lifecycle::kSpot);
  }
  // Slots, and a time for each.
  std::map<SlotName, Instant> times(std::string_view key, std::string_view time_key) {
    std::map<SlotName, Instant> out;
    each(key,
         [&](Reader& item) { out.emplace(SlotName(item.text("slot")), item.instant(time_key)); });
    return out;
  }
  // As above; nothing where the key is missing, as in records of earlier versions.
  std::map<SlotName, Instant> later_times(std::string_view key, std::string_view time_key) {
    return has(key) ? times(key, time_key) : std::map<SlotName, Instant>();
  }
  std::optional<Instant> later_instant(std::string_view key) {
    return has(key) ? optional_instant(key) : std::nullopt;
  }
  bool has(std::string_view key) const { return object_.if_contains(key) != nullptr; }
  // Calls `read(Reader&)` for each object of the array.
  template <class Read>
  void each(std::string_view key, Read read) {
    const json::array* array = json::find_array(object_, key);
    if (!array) return note(key);
    for (const json::value& item : *array) {
      if (!item.is_object()) return note(key);
      Reader reader(item.as_object(), where_ + "." + std::string(key));
      read(reader);
      adopt(reader);
    }
  }
  std::vector<SlotName> slots(std::string_view key) {
    std::vector<SlotName> out;
    const json::array* array = json::find_array(object_, key);
    if (!array) note(key);
    if (array)
      for (const json::value& item : *array) {
        if (!item.is_string())
          note(key);
        else
          out.emplace_back(std::string(item.as_string()));
      }
    return out;
  }
  const std::string& problem() const { return problem_; }

 private:
  int64_t number(std::string_view key, int64_t most) {
    const auto value = json::find_int(object_, key);
    if (value && *value >= 0 && *value <= most) return *value;
    note(key);
    return 0;
  }
  void note(std::string_view key) {
    if (problem_.empty()) problem_ = where_ + "." + std::string(key);
  }
  void adopt(const Reader& inner) {
    if (problem_.empty()) problem_ = inner.problem_;
  }

  const json::object& object_;
  std::string where_;
  std::string problem_;
};

OpenLaunch read_launch(Reader& in) {
  OpenLaunch launch;
  launch.n = in.count("n");
  launch.pool = in.pool("pool");
  launch.lifecycle = in.lifecycle("lifecycle");
  launch.subnet = SubnetId(in.text("subnet"));
  launch.slots = in.slots("slots");
  launch.template_version = in.number("template_version");
  launch.request = in.text("request");
  launch.submitter = KeeperName(in.text("submitter"));
  launch.opened_at = in.instant("opened_at_ms");
  launch.submit_before = in.instant("submit_before_ms");
  return launch;
}

Holder read_holder(Reader& in) {
  Holder holder;
  holder.instance = InstanceId(in.text("instance"));
  holder.n = in.count("n");
  holder.pool = in.pool("pool");
  holder.since = in.instant("since_ms");
  holder.template_version = in.version("template_version");
  holder.lifecycle = in.lifecycle("lifecycle");
  return holder;
}

Retiring read_retiring(Reader& in) {
  Retiring retiring;
  retiring.instance = InstanceId(in.text("instance"));
  retiring.slot = SlotName(in.text("slot"));
  retiring.replacement = InstanceId(in.text("replacement"));
  retiring.reason = in.text("reason");
  retiring.since = in.instant("since_ms");
  retiring.deadline = in.optional_instant("deadline_ms");
  return retiring;
}

}  // namespace

std::string to_string(const LaunchId& id) { return id.incarnation + "." + std::to_string(id.n); }

std::optional<LaunchId> parse_launch_id(std::string_view text) {
  const size_t point = text.rfind('.');
  if (point == std::string_view::npos || point == 0) return std::nullopt;
  LaunchId id;
  id.incarnation = text.substr(0, point);
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + point + 1, end, id.n);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return id;
}

std::string to_text(const LedgerRecord& record) {
  json::array holders, open, retiring, cooling, launched, exchanging, keepers;
  for (const auto& [slot, holder] : record.holders) holders.push_back(write_holder(slot, holder));
  for (const OpenLaunch& launch : record.open) open.push_back(write_launch(launch));
  for (const Retiring& entry : record.retiring) retiring.push_back(write_retiring(entry));
  for (const auto& [pool, until] : record.cooling)
    cooling.push_back(json::object{{"pool", write_pool(pool)}, {"until_ms", until.unix_ms()}});
  for (const auto& [minute, count] : record.launched)
    launched.push_back(json::object{{"at_ms", minute.unix_ms()}, {"count", count}});
  for (const auto& [slot, id] : record.exchanging)
    exchanging.push_back(json::object{{"slot", slot.str()}, {"instance", id.str()}});
  for (const auto& [keeper, keeping] : record.keepers)
    keepers.push_back(json::object{{"keeper", keeper.str()},
                                   {"capacity", keeping.capacity},
                                   {"said_at_ms", keeping.said_at.unix_ms()}});
  const json::object document{{"format", kFormat},
                              {"group", record.group.str()},
                              {"incarnation", record.incarnation},
                              {"counter", record.counter},
                              {"revision", record.revision},
                              {"writer", record.writer.str()},
                              {"nonce", record.nonce},
                              {"written_at_ms", record.written_at.unix_ms()},
                              {"no_launch_before_ms", write_optional(record.no_launch_before)},
                              {"holders", std::move(holders)},
                              {"open", std::move(open)},
                              {"retiring", std::move(retiring)},
                              {"held", write_times(record.held, "until_ms")},
                              {"cooling", std::move(cooling)},
                              {"lacking", write_times(record.lacking, "since_ms")},
                              {"returned", write_times(record.returned, "at_ms")},
                              {"launched", std::move(launched)},
                              {"holds", write_times(record.holds, "since_ms")},
                              {"exchanging", std::move(exchanging)},
                              {"paused_since_ms", write_optional(record.paused_since)},
                              {"retired_at_ms", write_optional(record.retired_at)},
                              {"keepers", std::move(keepers)},
                              {"begun_at_ms", write_optional(record.begun_at)}};
  return json::serialize(document);
}

Result<LedgerRecord> parse_ledger_record(std::string_view text) {
  ASSIGN_OR_RETURN(const json::object document, json::parse_object(text));
  Reader in(document, "ledger");
  if (const int64_t format = in.number("format"); format != kFormat)
    return fail("LedgerFormat", "ledger format " + std::to_string(format) +
                                    " was written by another version; this one reads 1");
  LedgerRecord record;
  record.group = GroupName(in.text("group"));
  record.incarnation = in.text("incarnation");
  record.counter = in.count("counter");
  record.revision = in.count("revision");
  record.writer = KeeperName(in.text("writer"));
  record.nonce = in.text("nonce");
  record.written_at = in.instant("written_at_ms");
  record.no_launch_before = in.optional_instant("no_launch_before_ms");
  in.each("holders", [&](Reader& item) {
    SlotName slot(item.text("slot"));
    record.holders.emplace(std::move(slot), read_holder(item));
  });
  in.each("open", [&](Reader& item) { record.open.push_back(read_launch(item)); });
  in.each("retiring", [&](Reader& item) { record.retiring.push_back(read_retiring(item)); });
  record.held = in.times("held", "until_ms");
  in.each("cooling", [&](Reader& item) {
    record.cooling.emplace(item.pool("pool"), item.instant("until_ms"));
  });
  record.lacking = in.times("lacking", "since_ms");
  record.returned = in.times("returned", "at_ms");
  in.each("launched", [&](Reader& item) {
    const Instant minute = item.instant("at_ms");
    record.launched[minute] = static_cast<int>(std::min<int64_t>(item.number("count"), kMostCount));
  });
  if (in.has("keepers"))
    in.each("keepers", [&](Reader& item) {
      const int64_t capacity = std::min<int64_t>(item.number("capacity"), kMostCount);
      record.keepers.insert_or_assign(
          KeeperName(item.text("keeper")),
          Keeping{static_cast<int>(capacity), item.instant("said_at_ms")});
    });
  record.holds = in.later_times("holds", "since_ms");
  if (in.has("exchanging"))
    in.each("exchanging", [&](Reader& item) {
      record.exchanging.emplace(SlotName(item.text("slot")), InstanceId(item.text("instance")));
    });
  record.paused_since = in.later_instant("paused_since_ms");
  record.retired_at = in.later_instant("retired_at_ms");
  record.begun_at = in.later_instant("begun_at_ms");
  if (!in.problem().empty())
    return fail("LedgerMalformed", in.problem() + " is missing, of another type or out of range");
  return record;
}

}  // namespace model
