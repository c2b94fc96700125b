// LedgerRecord: the intent of one group, and the only thing that says which instance holds a slot.
//
// One record per group, replaced whole under compare-and-set; whoever wrote last has seen
// everything before. An entry in `open` is a launch that may have been sent: its request is the
// exact bytes, to be repeated byte for byte with the same token. An instance is committed to a slot
// exactly when `holders` says so; one that carries our tags and stands nowhere here is surplus. The
// text form is JSON, written in one canonical order (format 1; docs/formats.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/pool.h"

namespace model {

// The name of one launch, as its instances carry it in the tag spotkeeper:launch.
struct LaunchId {
  std::string incarnation;
  uint64_t n = 0;

  friend bool operator==(const LaunchId&, const LaunchId&) = default;
};

std::string to_string(const LaunchId& id);  // "<incarnation>.<n>"
std::optional<LaunchId> parse_launch_id(std::string_view text);

struct OpenLaunch {
  uint64_t n = 0;
  Pool pool;
  Lifecycle lifecycle = Lifecycle::kSpot;
  SubnetId subnet;
  std::vector<SlotName> slots;   // Sorted; assigned to the sorted ids that come.
  int64_t template_version = 0;  // The number that "$Latest" was when this was decided.
  std::string request;           // The body of RunInstances, ClientToken included.
  KeeperName submitter;
  base::Instant opened_at;
  base::Instant submit_before;  // After it another keeper may take the entry over by CAS.

  friend bool operator==(const OpenLaunch&, const OpenLaunch&) = default;
};

struct Holder {
  InstanceId instance;
  uint64_t n = 0;  // The launch it came from.
  Pool pool;
  base::Instant since;
  int64_t template_version = 0;
  Lifecycle lifecycle = Lifecycle::kSpot;

  friend bool operator==(const Holder&, const Holder&) = default;
};

// A former holder that still exists: it serves until its replacement does, then it goes.
struct Retiring {
  InstanceId instance;
  SlotName slot;
  InstanceId replacement;
  std::string reason;  // "interruption", "loss", "scaled-down", "returned-to-spot", …
  base::Instant since;
  std::optional<base::Instant> deadline;  // When AWS takes it; it is left to AWS until then.

  friend bool operator==(const Retiring&, const Retiring&) = default;
};

// What the file of one of the group's keepers says, for the others to see.
struct Keeping {
  int capacity = 0;
  base::Instant said_at;

  friend bool operator==(const Keeping&, const Keeping&) = default;
};

struct LedgerRecord {
  GroupName group;
  std::string incarnation;  // Random; a new one whenever the ledger was lost.
  uint64_t counter = 0;     // The highest n ever used in this incarnation.
  uint64_t revision = 0;    // One more with every write.
  KeeperName writer;
  std::string nonce;  // The writer's mark on this very write, to know its own after a timeout.
  base::Instant written_at;
  // No launch is opened before this: the horizon after a lost ledger.
  std::optional<base::Instant> no_launch_before;

  std::map<SlotName, Holder> holders;
  std::vector<OpenLaunch> open;            // By n.
  std::vector<Retiring> retiring;          // By instance.
  std::map<SlotName, base::Instant> held;  // Slots that wait out a horizon after a lost launch.
  // Pools that were dry or interrupted, until when; remembered for a while after it.
  std::map<Pool, base::Instant> cooling;
  std::map<SlotName, base::Instant> lacking;   // Slots that Spot has no capacity for, since when.
  std::map<SlotName, base::Instant> returned;  // Slots that left on-demand for Spot, when.
  std::map<base::Instant, int> launched;       // Instances that came, by minute, for an hour.
  std::map<KeeperName, Keeping> keepers;       // Those that were lately heard of.
  std::optional<base::Instant> begun_at;       // The incarnation; older records do not say.

  // What people told a keeper, until it is done or they say otherwise (model/command.h).
  std::map<SlotName, base::Instant> holds;    // Slots that are left alone, since when.
  std::map<SlotName, InstanceId> exchanging;  // Slots, and the machine that is to go.
  std::optional<base::Instant> paused_since;
  std::optional<base::Instant> retired_at;

  friend bool operator==(const LedgerRecord&, const LedgerRecord&) = default;
};

std::string to_text(const LedgerRecord& record);
base::Result<LedgerRecord> parse_ledger_record(std::string_view text);

}  // namespace model
