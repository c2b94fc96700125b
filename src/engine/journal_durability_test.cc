// What the journal promises when the disk fills, fails or loses power.
//
// Method: the journal lives on a LossyVfs. First each promise by itself, at every point of IO; then
// a random workload with faults and losses of power, compared with a plain model of what the
// journal must remember. A write that failed may be found after the power went, but only whole, and
// only if nothing was committed since.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/journal.h"
#include "store/lossy_vfs.h"

namespace engine {
namespace {

using base::Duration;
using base::Instant;
using base::Prng;
using model::Incident;
using model::InstanceId;
using store::Fault;
using testing::IsEmpty;

constexpr int kSeeds = 100;

Instant at(int64_t seconds) { return Instant::from_unix_seconds(seconds); }

IncomingEvent event(int n, Instant received_at, const std::string& id_prefix = "e-") {
  IncomingEvent e;
  e.body = "body " + std::to_string(n) + std::string(static_cast<size_t>(n) * 97, '.');
  e.notice.id = model::EventId(id_prefix + std::to_string(n));
  e.notice.kind = model::NoticeKind::kRebalance;
  e.notice.instances = {InstanceId("i-" + std::to_string(n))};
  e.notice.time = at(n);
  e.received_at = received_at;
  e.source = "sqs";
  return e;
}

// A journal on a disk that can be told to fail.
class Machine {
 public:
  Machine() { start(); }

  void start() {
    journal_.reset();
    database_.reset();
    database_ = store::Database::open("journal", {.vfs = disk_.name()}).value();
    journal_ = Journal::open(*database_).value();
  }
  void lose_power(Prng& prng) {
    disk_.power_loss(prng);
    disk_.recover();
    start();
  }
  store::LossyVfs& disk() { return disk_; }
  Journal& journal() { return *journal_; }

 private:
  store::LossyVfs disk_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Journal> journal_;
};

struct FaultCase {
  Fault fault;
  const char* code;
};

class JournalFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(JournalFaults, AnAppendThatFailsLeavesNothingAndWorksOnceTheDiskDoes) {
  const std::vector<IncomingEvent> batch{event(1, at(50)), event(2, at(50)), event(90, at(50))};
  int failures = 0;
  for (int64_t point = 1; point <= 20; ++point) {
    Machine machine;
    machine.disk().fail_after(point, GetParam().fault);
    const auto fresh = machine.journal().append_events(batch);
    machine.disk().recover();
    if (fresh) continue;
    ++failures;
    EXPECT_EQ(fresh.error().code, GetParam().code) << base::to_string(fresh.error());
    EXPECT_THAT(machine.journal().events({}).value(), IsEmpty());
    EXPECT_THAT(machine.journal().counts_by_kind().value(), IsEmpty());
    EXPECT_EQ(machine.journal().append_events(batch)->size(), 3u);
  }
  EXPECT_GT(failures, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, JournalFaults,
                         testing::Values(FaultCase{Fault::kFull, store::kStoreFull},
                                         FaultCase{Fault::kIoError, store::kStoreFailed},
                                         FaultCase{Fault::kReadOnly, store::kStoreReadOnly}));

TEST(JournalDurability, ADiskThatTurnedReadOnlyStillAnswersQuestions) {
  Machine machine;
  ASSERT_TRUE(machine.journal().append_events({event(1, at(50))}));
  machine.disk().fail_after(1, Fault::kReadOnly);
  EXPECT_FALSE(machine.journal().append_events({event(2, at(50))}));
  EXPECT_EQ(machine.journal().unstepped_events()->size(), 1u);
}

// The process dies at each IO between the append and the end of the turn that saw its first half.
TEST(JournalDurability, AfterACrashExactlyTheDurableAndUnsteppedEventsAreStepped) {
  for (int64_t point = 1; point <= 20; ++point) {
    Prng prng(static_cast<uint64_t>(point));
    Machine machine;
    const auto fresh =
        machine.journal().append_events({event(1, at(50)), event(2, at(50)), event(3, at(50))});
    ASSERT_TRUE(fresh);
    TurnRecord turn;
    turn.stepped_through = (*fresh)[1].seq;
    turn.intents = {{model::CallId{1}, "CreateTags", model::GroupName("web"), "i-1", at(60)}};
    machine.disk().fail_after(point, Fault::kIoError);
    const bool recorded = machine.journal().record(turn).has_value();
    machine.lose_power(prng);
    const auto unstepped = machine.journal().unstepped_events().value();
    const bool turn_is_there = !machine.journal().calls({})->empty();
    EXPECT_TRUE(turn_is_there || !recorded) << "point " << point;
    const auto first = fresh->begin() + (turn_is_there ? 2 : 0);
    EXPECT_EQ(unstepped, std::vector<JournaledEvent>(first, fresh->end())) << "point " << point;
  }
}

// What a journal must remember, kept in maps.
struct Memory {
  std::map<int64_t, JournaledEvent> events;
  std::map<int, int64_t> seq_of;  // By the number of the occurrence.
  int64_t last_seq = 0;
  int64_t stepped_through = 0;
  std::map<model::IncidentId, Incident> incidents;
  std::map<std::string, int64_t> attempts;  // Of what is in quarantine.
  std::map<std::string, Instant> last_seen;
  std::vector<std::string> letters;  // In the outbox, by id.

  friend bool operator==(const Memory&, const Memory&) = default;

  void append(const std::vector<int>& numbers, const std::vector<IncomingEvent>& batch) {
    for (size_t i = 0; i < batch.size(); ++i) {
      if (const auto known = seq_of.find(numbers[i]); known != seq_of.end()) {
        ++events.at(known->second).duplicates;
        continue;
      }
      const IncomingEvent& e = batch[i];
      seq_of[numbers[i]] = ++last_seq;
      events[last_seq] = {last_seq, e.body, e.notice, e.received_at, e.source, 0};
    }
  }

  void record(const TurnRecord& turn) {
    stepped_through = std::max(stepped_through, turn.stepped_through);
    for (const Incident& incident : turn.incidents) incidents[incident.id] = incident;
    for (const notify::Letter& letter : turn.letters) letters.push_back(letter.id);
  }

  void prune(Instant before) {
    std::erase_if(incidents, [&](const auto& item) {
      return item.second.closed_at && *item.second.closed_at < before;
    });
    while (!events.empty() && events.begin()->first <= stepped_through &&
           events.begin()->second.received_at < before) {
      std::erase_if(seq_of, [&](const auto& item) { return item.second == events.begin()->first; });
      events.erase(events.begin());
    }
    std::erase_if(attempts, [&](const auto& item) { return last_seen.at(item.first) < before; });
  }
};

bool remembers(Journal& journal, const Memory& memory) {
  std::vector<JournaledEvent> newest_first, unstepped;
  for (const auto& [seq, e] : memory.events) {
    newest_first.insert(newest_first.begin(), e);
    if (seq > memory.stepped_through) unstepped.push_back(e);
  }
  std::map<model::IncidentId, Incident> incidents;
  const auto incident_rows = journal.incidents(IncidentFilter::kAll, {}).value();
  for (const JournaledIncident& row : incident_rows) incidents[row.incident.id] = row.incident;
  std::map<std::string, int64_t> attempts;
  const auto quarantined = journal.quarantined({}).value();
  for (const Quarantined& row : quarantined) attempts[row.body] = row.attempts;
  std::vector<std::string> letters;
  const auto waiting = journal.outbox().waiting("ops", kMostRows).value();
  for (const notify::Letter& letter : waiting) letters.push_back(letter.id);
  return journal.events({}) == newest_first && journal.unstepped_events() == unstepped &&
         incidents == memory.incidents && attempts == memory.attempts &&
         letters == memory.letters;
}

// Draws what happens, does it to the journal and to the memory, and compares.
class Workload {
 public:
  explicit Workload(uint64_t seed) : prng_(seed) {}

  bool run(int steps) {
    for (int i = 0; i < steps; ++i) {
      now_ = now_ + Duration::seconds(1);
      if (!step()) return false;
    }
    return remembers(machine_.journal(), memory_);
  }

 private:
  bool step() {
    Memory after = memory_;
    if (prng_.below(10) == 0) break_disk();
    const bool worked = act(after);
    machine_.disk().recover();
    if (!worked) maybe_.push_back(after);
    // Any later commit overwrites what a failed one left in the log.
    if (worked && after != memory_) maybe_.clear();
    if (worked) memory_ = after;
    return prng_.below(20) != 0 || survives_power_loss();
  }

  bool survives_power_loss() {
    machine_.lose_power(prng_);
    for (const Memory& found : maybe_)
      if (remembers(machine_.journal(), found)) memory_ = found;
    maybe_.clear();
    return remembers(machine_.journal(), memory_);
  }

  void break_disk() {
    constexpr Fault kFaults[] = {Fault::kFull, Fault::kIoError, Fault::kReadOnly};
    machine_.disk().fail_after(prng_.between(1, 15), kFaults[prng_.below(3)]);
  }

  bool act(Memory& after) {
    switch (prng_.below(10)) {
      case 8:
        return bring(after);
      case 9:
        return give_up(after);
      case 0:
        return prune(after);
      case 1:
        return quarantine(after);
      case 2:
      case 3:
        return record(after);
      default:
        return append(after);
    }
  }

  bool append(Memory& after) {
    std::vector<int> numbers;
    std::vector<IncomingEvent> batch;
    for (uint64_t size = prng_.below(5); numbers.size() < size;) {
      numbers.push_back(static_cast<int>(prng_.below(40)));
      batch.push_back(event(numbers.back(), now_, prng_.below(4) == 0 ? "copy-" : "e-"));
    }
    after.append(numbers, batch);
    return machine_.journal().append_events(batch).has_value();
  }

  bool record(Memory& after) {
    TurnRecord turn;
    turn.stepped_through = prng_.between(memory_.stepped_through, memory_.last_seq);
    turn.incidents = {draw_incident()};
    turn.intents = {{model::CallId{++last_call_}, "CreateTags", model::GroupName("web"), "", now_}};
    turn.letters = {{0, "ops", "letter-" + std::to_string(last_call_), "incident", "began", "web",
                     "text", "{}", now_}};
    after.record(turn);
    return machine_.journal().record(turn).has_value();
  }

  // The oldest letter was posted, and the answer has come.
  bool bring(Memory& after) {
    if (memory_.letters.empty()) return true;
    after.letters.erase(after.letters.begin());
    Outbox outbox = machine_.journal().outbox();
    return outbox.remove(outbox.waiting("ops", 1).value()).has_value();
  }

  bool give_up(Memory& after) {
    if (memory_.letters.empty()) return true;
    ++after.attempts[after.letters.front()];
    after.last_seen[after.letters.front()] = now_;
    after.letters.erase(after.letters.begin());
    Outbox outbox = machine_.journal().outbox();
    const auto letters = outbox.waiting("ops", 1).value();
    const Unusable as{letters.front().id, "refused", "ops", now_, QuarantineKind::kNotification};
    return outbox.give_up(letters, as).has_value();
  }

  // A new one, or the next state of a known one.
  Incident draw_incident() {
    Incident incident;
    incident.id = model::IncidentId("i-" + std::to_string(prng_.below(10)) + "/interruption");
    incident.group = model::GroupName("web");
    incident.opened_at = now_;
    if (const auto known = memory_.incidents.find(incident.id); known != memory_.incidents.end())
      incident = known->second;
    incident.timeline.push_back({now_, "noticed", std::to_string(prng_.next())});
    if (prng_.below(3) == 0) incident.closed_at = now_;
    return incident;
  }

  bool quarantine(Memory& after) {
    const std::string body = "odd " + std::to_string(prng_.below(5));
    ++after.attempts[body];
    after.last_seen[body] = now_;
    return machine_.journal().quarantine({{body, "not JSON", "sqs", now_}}).has_value();
  }

  bool prune(Memory& after) {
    const Instant before = now_ - Duration::seconds(prng_.between(0, 30));
    after.prune(before);
    return machine_.journal().prune(before).has_value();
  }

  Prng prng_;
  Machine machine_;
  Memory memory_;
  // What there may be instead, since commits have failed: each of them whole.
  std::vector<Memory> maybe_;
  Instant now_ = at(1000);  // Later than every event's own time.
  uint64_t last_call_ = 0;
};

TEST(JournalDurability, ARandomWorkloadIsRememberedAsTheModelRemembersIt) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed)
    ASSERT_TRUE(Workload(seed).run(60)) << "seed " << seed;
}

}  // namespace
}  // namespace engine
