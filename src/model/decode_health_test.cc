#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/decode.h"
#include "model/decode_test_support.h"

namespace model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string health(std::string_view detail) {
  return event("AWS Health Event", detail, "aws.health");
}

// A retirement of two instances, told to the account that has them.
std::string retirement() {
  return health(
      R"({"eventArn":"arn:aws:health:eu-west-1::event/1","service":"EC2",)"
      R"("eventTypeCode":"AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",)"
      R"("eventTypeCategory":"scheduledChange","communicationId":"77aa-1",)"
      R"("startTime":"Thu, 12 Mar 2026 10:00:00 GMT",)"
      R"("lastUpdatedTime":"Sun, 01 Mar 2026 11:30:00 GMT","statusCode":"upcoming",)"
      R"("eventRegion":"eu-west-1","affectedEntities":[)"
      R"({"entityValue":"arn:aws:ec2:eu-west-1:1:instance/i-0aa11bb22cc33dd44",)"
      R"("status":"PENDING"},{"entityValue":"i-12345678"}],)"
      R"("affectedAccount":"444455556666","page":"1","totalPages":"2","backupEvent":"false"})");
}

TEST(DecodeHealth, D4AnEventIsAboutTheAccountAndRegionOfItsDetail) {
  for (const std::string& body :
       {retirement(), health(R"({"affectedAccount":"444455556666","eventRegion":"eu-west-1"})")}) {
    EXPECT_EQ(decoded(body).account, AccountId("444455556666"));
    EXPECT_EQ(decoded(body).region, Region("eu-west-1"));
  }
  EXPECT_EQ(decoded(health("{}")).account, AccountId("111122223333"));
}

TEST(DecodeHealth, D5AnAffectedEntityIsAnIdOrAnArn) {
  EXPECT_THAT(decoded(retirement()).instances, ElementsAre(kBox, InstanceId("i-12345678")));
  const Notice odd = decoded(health(R"({"affectedEntities":[
      {"entityValue":"i-12345678"}, {"entityValue":"vol-1"}, {"entityValue":7}, 8]})"));
  EXPECT_THAT(odd.instances, ElementsAre(InstanceId("i-12345678")));
}

TEST(DecodeHealth, AScheduledChangeSaysWhatWillBeDoneAndWhen) {
  const Notice notice = decoded(retirement());
  EXPECT_EQ(notice.kind, NoticeKind::kScheduledChange);
  EXPECT_EQ(notice.action, InterruptionAction::kTerminate);
  EXPECT_EQ(notice.deadline, base::parse_iso8601("2026-03-12T10:00:00Z"));
  const ScheduledChange expected{"AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
                                 "arn:aws:health:eu-west-1::event/1", false};
  EXPECT_EQ(notice.change, expected);
}

TEST(DecodeHealth, OnlyAChangeThatEndsTheInstanceHasAnAction) {
  using enum InterruptionAction;
  const std::pair<const char*, std::optional<InterruptionAction>> kCodes[] = {
      {"AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED", kStop},
      {"AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_EXPEDITED", kStop},
      {"AWS_EC2_INSTANCE_STOP_SCHEDULED", kStop},
      {"AWS_EC2_INSTANCE_TERMINATION_SCHEDULED", kTerminate},
      {"AWS_EC2_INSTANCE_RETIREMENT_EXPEDITED", kTerminate},
      {"AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED", std::nullopt},
      {"AWS_EC2_DEDICATED_HOST_NETWORK_MAINTENANCE_SCHEDULED", std::nullopt},
      {"", std::nullopt}};
  for (const auto& [code, action] : kCodes) {
    const Notice notice =
        decoded(replaced(retirement(), "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", code));
    EXPECT_EQ(notice.kind, NoticeKind::kScheduledChange) << code;
    EXPECT_EQ(notice.action, action) << code;
  }
}

TEST(DecodeHealth, D6TheSameNewsHasOneIdAndTimeWhicheverWayItComes) {
  std::string relayed = replaced(retirement(), R"("id":"e-1")", R"("id":"e-2")");
  relayed = replaced(relayed, "2026-03-01T11:59:00Z", "2026-03-01T12:07:00Z");
  relayed = replaced(relayed, "111122223333", "999900001111");
  EXPECT_EQ(decoded(relayed), decoded(retirement()));
  EXPECT_EQ(decoded(retirement()).id, EventId("health/77aa-1/444455556666/1"));
  EXPECT_EQ(base::to_iso8601(decoded(retirement()).time), "2026-03-01T11:30:00Z");
  EXPECT_NE(decoded(replaced(retirement(), "77aa-1", "77aa-2")).id, decoded(retirement()).id);
  EXPECT_NE(decoded(replaced(retirement(), "444455556666", "444455557777")).id,
            decoded(retirement()).id);
}

TEST(DecodeHealth, D6EachPageIsANoticeOfItsOwn) {
  const std::string second = replaced(retirement(), R"("page":"1")", R"("page":"2")");
  EXPECT_NE(decoded(second).id, decoded(retirement()).id);
  EXPECT_THAT(decoded(second).instances, SizeIs(2));
}

TEST(DecodeHealth, D6ABackupCopyMeansNothingAndDoesNotHideTheOneThatCounts) {
  const Notice backup =
      decoded(replaced(retirement(), R"("backupEvent":"false")", R"("backupEvent":"true")"));
  EXPECT_EQ(backup.kind, NoticeKind::kUnknown);
  EXPECT_EQ(backup.id, EventId("e-1"));
  EXPECT_EQ(backup.change, std::nullopt);
}

TEST(DecodeHealth, D6ItsMembersAreTextsAndOthersCountAsMissing) {
  const Notice backup =
      decoded(replaced(retirement(), R"("backupEvent":"false")", R"("backupEvent":true)"));
  EXPECT_EQ(backup.kind, NoticeKind::kScheduledChange);
  const Notice numbered = decoded(replaced(retirement(), R"("page":"1")", R"("page":1)"));
  EXPECT_EQ(numbered.id, decoded(retirement()).id);
}

TEST(DecodeHealth, D6OldEventsWithoutACommunicationKeepTheirOwnIdAndTime) {
  const Notice notice = decoded(replaced(retirement(), "communicationId", "other"));
  EXPECT_EQ(notice.kind, NoticeKind::kScheduledChange);
  EXPECT_EQ(notice.id, EventId("e-1"));
  EXPECT_EQ(base::to_iso8601(notice.time), "2026-03-01T11:59:00Z");
}

TEST(DecodeHealth, D7OnlyAScheduledChangeOfEc2CallsForAction) {
  for (const auto& [from, to] : {std::pair{"scheduledChange", "issue"},
                                 {"scheduledChange", "accountNotification"},
                                 {R"("service":"EC2")", R"("service":"RDS")"}}) {
    const Notice notice = decoded(replaced(retirement(), from, to));
    EXPECT_EQ(notice.kind, NoticeKind::kUnknown) << to;
    EXPECT_EQ(notice.deadline, std::nullopt) << to;
    EXPECT_THAT(notice.instances, SizeIs(2)) << to;
  }
}

TEST(DecodeHealth, D7ClosedTakesTheSameChangeBack) {
  const Notice closed = decoded(replaced(retirement(), "upcoming", "closed"));
  ASSERT_TRUE(closed.change);
  EXPECT_TRUE(closed.change->is_closed);
  EXPECT_EQ(closed.change->event_arn, decoded(retirement()).change->event_arn);
  EXPECT_FALSE(decoded(replaced(retirement(), "upcoming", "open")).change->is_closed);
  EXPECT_FALSE(decoded(replaced(retirement(), "statusCode", "other")).change->is_closed);
}

TEST(DecodeHealth, D7AnEntityThatIsResolvedIsOutUnlessTheWholeChangeIsOver) {
  const std::string one_left = replaced(retirement(), "PENDING", "RESOLVED");
  EXPECT_THAT(decoded(one_left).instances, ElementsAre(InstanceId("i-12345678")));
  EXPECT_THAT(decoded(replaced(one_left, "upcoming", "closed")).instances, SizeIs(2));
}

TEST(DecodeHealth, AStartThatCannotBeReadIsNoDeadline) {
  EXPECT_EQ(decoded(replaced(retirement(), "Thu, 12 Mar 2026 10:00:00 GMT", "soon")).deadline,
            std::nullopt);
}

TEST(DecodeHealth, AnEventOfAnotherSourceIsNotBelieved) {
  const Notice notice = decoded(replaced(retirement(), "aws.health", "custom.health"));
  EXPECT_EQ(notice.kind, NoticeKind::kUnknown);
  EXPECT_EQ(notice.account, AccountId("111122223333"));
  EXPECT_THAT(notice.instances, IsEmpty());
}

}  // namespace
}  // namespace model
