// Goal: no order of answers, losses, duplicates and crashes breaks the promise of one committed
// instance per slot, and the group becomes whole again once faults stop.
// Method: one or two brains on one TinyCloud, which notes violations; every seed draws which
// pending call is carried out, which answer is lost or late, which instance is taken, which keeper
// dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "control/test_support.h"
#include "control/tiny_cloud.h"

namespace control {
namespace {

using testing::at;
using ::testing::IsEmpty;
using testing::millis;
using testing::Script;
using testing::seconds;
using testing::TinyCloud;

class Storm {
 public:
  explicit Storm(uint64_t seed) : prng_(seed) {
    // As in a large group: what is heard waits for the next look, or not.
    timing_.look_micros_per_slot = prng_.below(2) ? prng_.between(1'000, 1'000'000) : 0;
    cloud_.begin_whole(clock_);
    const uint64_t keepers = 1 + prng_.below(2);
    for (uint64_t i = 0; i < keepers; ++i) {
      late_.emplace_back();
      keepers_.push_back(nullptr);
      restart(i);
    }
  }

  void rage() {
    for (int i = 0; i < 200; ++i) disturb();
  }

  void calm_down() {
    cloud_.dry.clear();
    for (size_t i = 0; i < keepers_.size(); ++i) deliver_late(i);
    take_what_is_due(base::Instant::never());
    for (int i = 0; i < 60 && !is_whole(); ++i)
      for (auto& keeper : keepers_) keeper->run_until(clock_ + seconds(10));
  }

  // Every slot held, nothing under way, and no machine that the ledger does not name.
  bool is_whole() const {
    const model::LedgerRecord record = cloud_.record();
    std::vector<model::InstanceId> holders;
    for (const auto& [slot, holder] : record.holders) holders.push_back(holder.instance);
    std::sort(holders.begin(), holders.end());
    return holders.size() == 3 && record.open.empty() && record.retiring.empty() &&
           cloud_.live() == holders;
  }

  TinyCloud& cloud() { return cloud_; }

 private:
  struct Late {
    model::CallId id;
    base::Result<model::Reply> result;
  };

  void disturb() {
    const size_t who = prng_.below(keepers_.size());
    const uint64_t dice = prng_.below(100);
    if (dice < 70) return work(who);
    if (dice < 80) return deliver_late(who);
    if (dice < 92) return wait(who);
    if (dice < 96) return take_one();
    if (dice < 98) return toggle_drought();
    restart(who);
  }

  void work(size_t who) {
    Script& keeper = *keepers_[who];
    std::vector<size_t> unsent;
    for (size_t i = 0; i < keeper.pending.size(); ++i)
      if (!is_late(who, keeper.pending[i].planned.id)) unsent.push_back(i);
    if (unsent.empty()) return;
    const size_t index = unsent[prng_.below(unsent.size())];
    const bool mutating = model::is_mutating(keeper.pending[index].planned.call);
    const auto lost =
        base::fail("Timeout", "", mutating ? base::Retry::kUnknownOutcome : base::Retry::kBackoff);
    const uint64_t dice = prng_.below(100);
    if (dice < 5) return keeper.answer(index, lost);
    auto result = keeper.carry_out(index);
    if (dice < 15) return keeper.answer(index, lost);
    if (dice < 30) return late_[who].push_back({keeper.pending[index].planned.id, result});
    keeper.answer(index, std::move(result));
  }

  bool is_late(size_t who, model::CallId id) const {
    return std::any_of(late_[who].begin(), late_[who].end(),
                       [&](const Late& late) { return late.id == id; });
  }

  void deliver_late(size_t who) {
    Script& keeper = *keepers_[who];
    for (Late& late : std::exchange(late_[who], {}))
      for (size_t i = 0; i < keeper.pending.size(); ++i)
        if (keeper.pending[i].planned.id == late.id) {
          keeper.answer(i, std::move(late.result));
          break;
        }
  }

  void wait(size_t who) {
    clock_ = clock_ + millis(prng_.between(1, prng_.below(5) ? 3'000 : 30'000));
    take_what_is_due(clock_);
    keepers_[who]->step();
  }

  // With a warning to some keepers, some of them twice, or without any.
  void take_one() {
    const auto live = cloud_.live();
    if (live.empty() || taken_.size() >= 6) return;
    const model::InstanceId id = live[prng_.below(live.size())];
    taken_.try_emplace(id, clock_ + seconds(prng_.below(3) ? 120 : 0));
    for (auto& keeper : keepers_)
      for (uint64_t i = prng_.below(3); i > 0; --i)
        keeper->step({NoticeReceived{testing::warning(id, clock_)}});
  }

  void take_what_is_due(base::Instant now) {
    for (const auto& [id, when] : taken_)
      if (when <= now) cloud_.terminate(id);
  }

  void toggle_drought() {
    const model::SubnetId subnet("subnet-b");
    if (!cloud_.dry.erase(subnet)) cloud_.dry.insert(subnet);
  }

  void restart(size_t who) {
    std::vector<model::Incident> open;
    if (keepers_[who])
      for (const auto& [id, incident] : keepers_[who]->journal)
        if (!incident.closed_at) open.push_back(incident);
    late_[who].clear();
    keepers_[who] =
        std::make_unique<Script>(cloud_, clock_, model::KeeperName("keeper-" + std::to_string(who)),
                                 prng_.next(), std::move(open), testing::group_spec(), timing_);
    keepers_[who]->step();
  }

  base::Prng prng_;
  Timing timing_;
  base::Instant clock_ = at(0);
  TinyCloud cloud_;
  std::vector<std::unique_ptr<Script>> keepers_;
  std::vector<std::vector<Late>> late_;  // Carried out, answer still on its way.
  std::map<model::InstanceId, base::Instant> taken_;
};

TEST(BrainRandom, NoOrderOfFaultsCommitsTwoInstancesToASlotAndCalmMakesTheGroupWhole) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Storm storm(seed);
    storm.rage();
    storm.calm_down();
    ASSERT_THAT(storm.cloud().violations, IsEmpty());
    ASSERT_TRUE(storm.is_whole()) << to_text(storm.cloud().record());
  }
}

}  // namespace
}  // namespace control
