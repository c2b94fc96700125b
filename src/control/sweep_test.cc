#include "control/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace control {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

model::InstanceStatusReply page(std::initializer_list<const char*> ids, std::string next = {}) {
  model::InstanceStatusReply reply;
  for (const char* id : ids) {
    model::InstanceStatus status;
    status.id = model::InstanceId(id);
    reply.statuses.push_back(status);
  }
  reply.next = std::move(next);
  return reply;
}

TEST(StatusSweep, AsksForEachOfTheTwoChecksByItself) {
  const StatusSweep sweep;
  EXPECT_EQ(sweep.next_page(0, 100).filters[0].name, "instance-status.status");
  EXPECT_EQ(sweep.next_page(1, 100).filters[0].name, "system-status.status");
  EXPECT_EQ(sweep.next_page(1, 100).filters.size(), 1u);
}

TEST(StatusSweep, IsCompleteOnceBothListsAreAndJoinsThem) {
  StatusSweep sweep;
  EXPECT_FALSE(sweep.take(0, page({"i-1"}, "more")));
  EXPECT_EQ(sweep.next_page(0, 100).next, "more");
  EXPECT_FALSE(sweep.take(0, page({"i-2"})));
  EXPECT_TRUE(sweep.take(1, page({"i-2", "i-3"})));
  EXPECT_THAT(sweep.impaired(),
              UnorderedElementsAre(model::InstanceId("i-1"), model::InstanceId("i-2"),
                                   model::InstanceId("i-3")));
  EXPECT_TRUE(sweep.take(0, page({})));
  EXPECT_EQ(sweep.impaired().size(), 2u);
}

TEST(StatusSweep, AFailedPageLeavesWhatWasKnown) {
  StatusSweep sweep;
  sweep.take(0, page({}));
  sweep.take(1, page({"i-1"}));
  EXPECT_FALSE(sweep.take(1, page({"i-2"}, "more")));
  sweep.abandon(1);
  EXPECT_TRUE(sweep.next_page(1, 100).next.empty());
  EXPECT_THAT(sweep.impaired(), UnorderedElementsAre(model::InstanceId("i-1")));
  sweep.take(1, page({}));
  EXPECT_THAT(sweep.impaired(), IsEmpty());
}

}  // namespace
}  // namespace control
