#include "app/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace app {
namespace {

using base::Duration;
using base::Instant;
using testing::ElementsAre;
using testing::HasSubstr;

const Instant kNow = Instant::from_unix_seconds(1'772'366'400);  // 2026-03-01T12:00:00Z

struct FixedClock : ports::Clock {
  Instant now() const override { return kNow; }
};

model::GroupSpec web() {
  model::GroupSpec spec;
  spec.name = model::GroupName("web");
  spec.capacity = 1;
  spec.subnets = {model::SubnetId("subnet-a")};
  spec.launch_template = {model::LaunchTemplateId("lt-1"), "$Latest"};
  spec.types = {model::InstanceType("c6i.large")};
  return spec;
}

model::LaunchTemplateVersion version_7() {
  model::LaunchTemplateVersion version;
  version.id = model::LaunchTemplateId("lt-1");
  version.number = 7;
  return version;
}

// An account with nothing in it.
base::Result<model::Reply> nothing_there(const model::Call& call) {
  return std::visit(
      [](const auto& c) -> base::Result<model::Reply> {
        using T = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<T, model::LedgerRead>) return model::LedgerVersion{};
        if constexpr (std::is_same_v<T, model::DescribeInstances>) return model::InstancesReply{};
        if constexpr (std::is_same_v<T, model::DescribeInstanceStatus>)
          return model::InstanceStatusReply{};
        if constexpr (std::is_same_v<T, model::DescribeSpotInstanceRequests>)
          return model::SpotRequestsReply{};
        if constexpr (std::is_same_v<T, model::DescribeSpotPriceHistory>)
          return model::SpotPricesReply{};
        if constexpr (std::is_same_v<T, model::DescribeSubnets>)
          return model::SubnetsReply{{{model::SubnetId("subnet-a"), model::Zone("us-east-2a"),
                                       "vpc-1", 100, model::ZoneId("use2-az1")}},
                                     {}};
        if constexpr (std::is_same_v<T, model::DescribeLaunchTemplateVersions>)
          return model::LaunchTemplateVersionsReply{{version_7()}, {}};
        return base::fail("Unexpected", "nobody should ask for this");
      },
      call);
}

class PlanTest : public testing::Test {
 protected:
  Plan plan() {
    control::BrainOptions options;
    options.keeper = model::KeeperName("k");
    options.seed = 1;
    control::Brain brain(options, {spec_}, {});
    return make_plan(brain, {[this](const control::PlannedCall& planned) {
                               asked_.emplace_back(model::action_of(planned.call));
                               answers_.push_back({planned.id, kNow, kNow, answer_(planned.call)});
                             },
                             [this] { return std::exchange(answers_, {}); }, clock_});
  }

  FixedClock clock_;
  model::GroupSpec spec_ = web();
  std::function<base::Result<model::Reply>(const model::Call&)> answer_ = nothing_there;
  std::vector<model::CallCompleted> answers_;
  std::vector<std::string> asked_;
};

TEST_F(PlanTest, HoldsTheFirstChangeAndMakesNone) {
  const Plan planned = plan();
  EXPECT_THAT(planned.failures, testing::IsEmpty());
  ASSERT_EQ(planned.steps.size(), 1u);
  EXPECT_EQ(planned.steps[0].action, "LedgerWrite");
  EXPECT_THAT(planned.steps[0].text, HasSubstr("begin the group's ledger"));
  EXPECT_THAT(asked_, testing::Not(testing::Contains("LedgerWrite")));
  EXPECT_THAT(asked_, testing::Contains("DescribeInstances"));
}

TEST_F(PlanTest, NamesTheReadsThatFailed) {
  answer_ = [](const model::Call& call) -> base::Result<model::Reply> {
    if (std::holds_alternative<model::DescribeInstances>(call))
      return base::fail("UnauthorizedOperation", "you may not");
    return nothing_there(call);
  };
  const Plan planned = plan();
  EXPECT_THAT(planned.failures, ElementsAre(HasSubstr("you may not")));
  EXPECT_THAT(planned.steps, testing::IsEmpty()) << "nothing may follow from half a picture";
}

// Pools are ranked without them then; nothing is missing from the plan.
TEST_F(PlanTest, ARefusedPlacementScoreIsNoFailure) {
  spec_.types = {model::InstanceType("c6i.large"), model::InstanceType("c5.large"),
                 model::InstanceType("m5.large")};
  EXPECT_THAT(plan().failures, testing::IsEmpty());
  EXPECT_THAT(asked_, testing::Contains("GetSpotPlacementScores"));
}

TEST_F(PlanTest, TellsWhatCouldBeSetBetter) {
  spec_.target_groups = {{model::TargetGroupArn("arn:targets"), 80}};
  answer_ = [](const model::Call& call) -> base::Result<model::Reply> {
    if (std::holds_alternative<model::DescribeTargetGroupAttributes>(call))
      return model::TargetGroupAttributesReply{{{"deregistration_delay.timeout_seconds", "300"}}};
    if (std::holds_alternative<model::DescribeTargetHealth>(call))
      return model::TargetHealthReply{};
    return nothing_there(call);
  };
  const Plan planned = plan();
  EXPECT_THAT(planned.failures, testing::IsEmpty());
  EXPECT_THAT(planned.cautions, ElementsAre(HasSubstr("web: drain of arn:targets: ")));
}

TEST_F(PlanTest, GivesUpWhenNothingAnswers) {
  control::Brain brain({}, {web()}, {});
  const Plan planned =
      make_plan(brain, {[](const control::PlannedCall&) {},
                        [] { return std::vector<model::CallCompleted>(); }, clock_});
  EXPECT_THAT(planned.failures, ElementsAre(HasSubstr("not answered in time")));
}

TEST(DescribeChange, SaysWhatALedgerWriteChanges) {
  model::LedgerRecord current;
  current.group = model::GroupName("web");
  current.incarnation = "x";
  current.writer = model::KeeperName("k");
  const model::Pool pool{model::InstanceType("c6i.large"), model::Zone("us-east-2a")};
  const model::SlotName a("web-a"), b("web-b");
  current.holders[a] = {model::InstanceId("i-0a"), 1, pool, kNow, 1};
  model::LedgerRecord next = current;
  next.holders.erase(a);
  next.holders[b] = {model::InstanceId("i-0b"), 2, pool, kNow, 1};
  next.retiring = {{model::InstanceId("i-0a"), a, {}, "interruption", kNow, std::nullopt}};
  next.open = {{3,
                pool,
                model::Lifecycle::kSpot,
                model::SubnetId("subnet-a"),
                {a},
                1,
                "Action=RunInstances",
                model::KeeperName("k"),
                kNow,
                kNow + Duration::seconds(20)}};
  const model::LedgerWrite write{current.group, "1", model::to_text(next)};
  EXPECT_EQ(describe_change(write, &current),
            "launch c6i.large/us-east-2a for web-a; give web-b to i-0b; free web-a; "
            "retire i-0a (interruption)");
  EXPECT_EQ(describe_change(write, &next), "note what became of earlier launches");
  model::LedgerRecord fallback = current;
  fallback.open = next.open;
  fallback.open[0].lifecycle = model::Lifecycle::kOnDemand;
  EXPECT_EQ(
      describe_change({model::LedgerWrite{current.group, "1", model::to_text(fallback)}}, &current),
      "launch c6i.large/us-east-2a on demand for web-a");
}

TEST(DescribeChange, LeavesOtherCallsTheirOwnWords) {
  EXPECT_EQ(describe_change(model::TerminateInstances{{model::InstanceId("i-0a")}}, nullptr),
            "i-0a");
}

}  // namespace
}  // namespace app
