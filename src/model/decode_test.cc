#include "model/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/decode_test_support.h"

namespace model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kWarning[] = "EC2 Spot Instance Interruption Warning";
constexpr char kStateChange[] = "EC2 Instance State-change Notification";

std::string warning(std::string_view instance) {
  return event(kWarning, R"({"instance-id":")" + std::string(instance) +
                             R"(","instance-action":"terminate"})");
}

TEST(Decode, D1TheInstanceComesFromDetailAndNeverFromResources) {
  const std::string body = replaced(warning(kBox.str()), "[]",
                                    R"(["arn:aws:ec2:us-east-2:1:instance/i-0ffffffffffffffff"])");
  EXPECT_THAT(decoded(body).instances, ElementsAre(kBox));
  EXPECT_EQ(refusal(event(kWarning, R"({"instance-action":"stop"})")),
            "detail.instance-id is missing");
}

TEST(Decode, D2AZoneInTheArnChangesNothing) {
  const std::string odd = replaced(warning(kBox.str()), "[]",
                                   R"(["arn:aws:ec2:us-east-2c:instance/i-0aa11bb22cc33dd44"])");
  EXPECT_EQ(decoded(odd), decoded(warning(kBox.str())));
  EXPECT_EQ(decoded(odd).region, Region("us-east-2"));
}

TEST(Decode, D3VersionAndResourcesMayBeMissing) {
  std::string body = replaced(warning(kBox.str()), R"("version":"0",)", "");
  body = replaced(body, R"("resources":[],)", "");
  EXPECT_EQ(decoded(body), decoded(warning(kBox.str())));
}

std::string eviction(std::string_view details) {
  return R"({"eventTime":"2026-03-01T11:58:00Z","eventSource":"ec2.amazonaws.com",)"
         R"("eventName":"BidEvictedEvent","awsRegion":"us-east-2","eventID":"c-1",)"
         R"("recipientAccountId":"111122223333","serviceEventDetails":)" +
         std::string(details) + "}";
}

constexpr char kServiceEvent[] = "AWS Service Event via CloudTrail";

TEST(Decode, D8AnEvictionNamesSeveralInstancesOrNone) {
  const Notice two = decoded(
      event(kServiceEvent, eviction(R"({"instanceIdSet":["i-0aa11bb22cc33dd44","i-1eb2ac8e"]})")));
  EXPECT_EQ(two.kind, NoticeKind::kBidEvicted);
  EXPECT_THAT(two.instances, ElementsAre(kBox, InstanceId("i-1eb2ac8e")));
  for (const char* details : {R"({"instanceIdSet":[]})", R"({"instanceIdSet":null})", "null"}) {
    const Notice none = decoded(event(kServiceEvent, eviction(details)));
    EXPECT_EQ(none.kind, NoticeKind::kBidEvicted) << details;
    EXPECT_THAT(none.instances, IsEmpty()) << details;
  }
}

TEST(Decode, D8AnEvictionIsAServiceEventNotAnApiCall) {
  EXPECT_EQ(decoded(event("AWS API Call via CloudTrail", eviction("{}"))).kind,
            NoticeKind::kUnknown);
  const std::string other = replaced(eviction("{}"), "BidEvictedEvent", "BidFulfilledEvent");
  EXPECT_EQ(decoded(event(kServiceEvent, other)).kind, NoticeKind::kUnknown);
  const std::string strange = replaced(eviction("{}"), "ec2.amazonaws.com", "s3.amazonaws.com");
  EXPECT_EQ(decoded(event(kServiceEvent, strange)).kind, NoticeKind::kUnknown);
}

TEST(Decode, D9ARawCloudTrailRecordHasNoEnvelopeAndItsNullKeysHaveEitherCase) {
  const std::string raw = eviction(R"({"instanceIdSet":["i-0aa11bb22cc33dd44"]})");
  for (const char* nulls : {R"("requestParameters":null,"responseElements":null,)",
                            R"("RequestParameters":null,"ResponseElements":null,)"}) {
    const Notice notice =
        decoded(replaced(raw, R"("awsRegion")", nulls + std::string(R"("awsRegion")")));
    EXPECT_EQ(notice.kind, NoticeKind::kBidEvicted);
    EXPECT_EQ(notice.id, EventId("c-1"));
    EXPECT_EQ(notice.account, AccountId("111122223333"));
    EXPECT_EQ(notice.region, Region("us-east-2"));
    EXPECT_EQ(base::to_iso8601(notice.time), "2026-03-01T11:58:00Z");
    EXPECT_THAT(notice.instances, ElementsAre(kBox));
  }
}

TEST(Decode, D10AnSnsEnvelopeIsTransparent) {
  EXPECT_EQ(decoded(in_sns(warning(kBox.str()))), decoded(warning(kBox.str())));
}

TEST(Decode, D10AnSnsEnvelopeInAnotherIsRefused) {
  EXPECT_EQ(refusal(in_sns(in_sns("{}"))), "an SNS envelope inside an SNS envelope");
  EXPECT_THAT(refusal(in_sns("plain words")),
              StartsWith("Message of the SNS envelope is not JSON"));
  EXPECT_EQ(refusal(R"({"Type":"Notification","TopicArn":"t"})"),
            "Message is missing from the SNS envelope");
}

TEST(Decode, D10AnSnsConfirmationIsCountedAndNotAnError) {
  const Notice notice =
      decoded(R"({"Type":"SubscriptionConfirmation","TopicArn":"t","Message":"You have chosen"})");
  EXPECT_EQ(notice.kind, NoticeKind::kUnknown);
  EXPECT_EQ(notice.detail_type, "SubscriptionConfirmation");
}

TEST(Decode, AnEvictionOfMoreThanAThousandIsRefused) {
  std::string ids;
  for (int i = 0; i < 1001; ++i)
    ids += (i ? "," : "") + std::string("\"i-0000") + std::to_string(1000 + i) + "\"";
  const std::string body = R"({"eventName":"BidEvictedEvent","eventSource":"ec2.amazonaws.com",)"
                           R"("serviceEventDetails":{"instanceIdSet":[)" +
                           ids + "]}}";
  EXPECT_NE(refusal(body).find("1001 ids; allowed: at most 1000"), std::string::npos);
}

TEST(Decode, D12AStateIsOneOfSixWholeWords) {
  for (const char* state :
       {"pending", "running", "stopping", "stopped", "shutting-down", "terminated"}) {
    const Notice notice = decoded(event(
        kStateChange, R"({"instance-id":"i-abcd1111","state":")" + std::string(state) + R"("})"));
    EXPECT_EQ(notice.kind, NoticeKind::kStateChange);
    ASSERT_TRUE(notice.state) << state;
    EXPECT_EQ(to_string(*notice.state), state);
  }
  EXPECT_EQ(refusal(event(kStateChange, R"({"instance-id":"i-abcd1111","state":"stop"})")),
            "detail.state is \"stop\"; allowed: pending, running, stopping, stopped, "
            "shutting-down, terminated");
  EXPECT_EQ(refusal(event(kStateChange, R"({"instance-id":"i-abcd1111"})")),
            "detail.state is missing");
}

TEST(Decode, D13AnActionIsTerminateStopOrHibernate) {
  using enum InterruptionAction;
  for (InterruptionAction action : {kTerminate, kStop, kHibernate}) {
    const std::string body = replaced(warning(kBox.str()), "terminate", to_string(action));
    EXPECT_EQ(decoded(body).action, action);
  }
}

TEST(Decode, D13AnActionThatIsNotKnownDoesNotSilenceTheWarning) {
  const Notice notice = decoded(replaced(warning(kBox.str()), "terminate", "evaporate"));
  EXPECT_EQ(notice.kind, NoticeKind::kInterruptionWarning);
  EXPECT_EQ(notice.action, std::nullopt);
  EXPECT_THAT(notice.instances, ElementsAre(kBox));
}

TEST(Decode, D14DetailTypeMayBeSpeltWithAnUnderscoreAndResourcesMayBeAText) {
  std::string body = replaced(warning(kBox.str()), "detail-type", "detail_type");
  body = replaced(body, "[]", R"("arn:aws:ec2:us-east-2:1:instance/i-0aa11bb22cc33dd44")");
  EXPECT_EQ(decoded(body), decoded(warning(kBox.str())));
}

constexpr char kReservation[] = "EC2 Capacity Reservation Instance Interruption Warning";

std::string reservation_warning(std::string_view more = "") {
  return event(kReservation, R"({"instance-id":"i-0aa11bb22cc33dd44",)"
                             R"("instance-action":"terminate",)"
                             R"("instance-termination-time":"2026-03-01T12:29:00Z")" +
                                 std::string(more) + "}");
}

TEST(Decode, D14ACapacityReservationsWarningNamesItsInstanceAndDeadline) {
  const Notice notice = decoded(reservation_warning());
  EXPECT_EQ(notice.kind, NoticeKind::kCapacityReservationInterruption);
  EXPECT_THAT(notice.instances, ElementsAre(kBox));
  EXPECT_EQ(notice.action, InterruptionAction::kTerminate);
  EXPECT_EQ(notice.deadline, base::parse_iso8601("2026-03-01T12:29:00Z"));
}

TEST(Decode, D14EveryPrintedSpellingOfACapacityReservationsWarningIsTheSame) {
  const Notice plain = decoded(reservation_warning());
  EXPECT_EQ(decoded(replaced(reservation_warning(), "detail-type", "detail_type")), plain);
  EXPECT_EQ(decoded(reservation_warning(R"(,"azId":"use2-az1")")), plain);
  EXPECT_EQ(decoded(reservation_warning(R"(,"availability-zone-id":"use2-az1")")), plain);
  EXPECT_EQ(decoded(replaced(reservation_warning(), "[]", R"("arn:aws:ec2:x")")), plain);
  Notice other = decoded(replaced(reservation_warning(), "EC2 Cap", "EC2 Interruptible Cap"));
  other.detail_type = plain.detail_type;
  EXPECT_EQ(other, plain);
}

TEST(Decode, D14ACapacityReservationsWarningWithoutATimeHasNoDeadline) {
  const Notice notice =
      decoded(replaced(reservation_warning(), "2026-03-01T12:29:00Z", "yyyy-mm-ddThh:mm:ssZ"));
  EXPECT_EQ(notice.kind, NoticeKind::kCapacityReservationInterruption);
  EXPECT_EQ(notice.deadline, std::nullopt);
  EXPECT_EQ(refusal(event(kReservation, "{}")), "detail.instance-id is missing");
}

TEST(Decode, D15TheSameBodyAlwaysHasTheSameId) {
  EXPECT_EQ(decoded(warning(kBox.str())).id, EventId("e-1"));
  const std::string nameless = replaced(warning(kBox.str()), R"("id":"e-1",)", "");
  EXPECT_THAT(decoded(nameless).id.str(), ::testing::MatchesRegex("body-[0-9a-f]+"));
  EXPECT_THAT(decoded(nameless).id.str(), SizeIs(21));
  EXPECT_EQ(decoded(nameless), decoded(nameless));
  EXPECT_EQ(decoded(in_sns(nameless)).id, decoded(nameless).id);
  EXPECT_NE(decoded(replaced(nameless, "terminate", "stop")).id, decoded(nameless).id);
}

TEST(Decode, D16AnEvictionOrAStateChangeAloneTellsOfAReclaimWithoutWarning) {
  const Notice gone =
      decoded(event(kStateChange, R"({"instance-id":"i-0aa11bb22cc33dd44","state":"terminated"})"));
  EXPECT_EQ(gone.state, InstanceState::kTerminated);
  EXPECT_THAT(gone.instances, ElementsAre(kBox));
  const Notice taken = decoded(eviction(R"({"instanceIdSet":["i-0aa11bb22cc33dd44"]})"));
  EXPECT_THAT(taken.instances, ElementsAre(kBox));
}

TEST(Decode, ARebalanceRecommendationNamesItsInstance) {
  const Notice notice = decoded(
      event("EC2 Instance Rebalance Recommendation", R"({"instance-id":"i-0aa11bb22cc33dd44"})"));
  EXPECT_EQ(notice.kind, NoticeKind::kRebalance);
  EXPECT_THAT(notice.instances, ElementsAre(kBox));
}

TEST(Decode, AFulfilmentNamesItsRequest) {
  constexpr char kName[] = "EC2 Spot Instance Request Fulfillment";
  const Notice notice = decoded(
      event(kName, R"({"spot-instance-request-id":"sir-1a2b3c4d","instance-id":"i-1eb2ac8e"})"));
  EXPECT_EQ(notice.kind, NoticeKind::kFulfilment);
  EXPECT_EQ(notice.spot_request, SpotRequestId("sir-1a2b3c4d"));
  EXPECT_EQ(refusal(event(kName, R"({"instance-id":"i-1eb2ac8e"})")),
            "detail.spot-instance-request-id is missing");
  EXPECT_THAT(
      refusal(event(kName, R"({"spot-instance-request-id":"sir-","instance-id":"i-1eb2ac8e"})")),
      StartsWith("detail.spot-instance-request-id is \"sir-\""));
}

TEST(Decode, TheSimulatorsSourceCountsForWarningsOnly) {
  constexpr char kSimulator[] = "custom.spot.interruption.simulator";
  const std::string detail = R"({"instance-id":"i-1eb2ac8e","state":"stopped"})";
  EXPECT_EQ(decoded(event(kWarning, detail, kSimulator)).kind, NoticeKind::kInterruptionWarning);
  EXPECT_EQ(decoded(event(kStateChange, detail, kSimulator)).kind, NoticeKind::kUnknown);
}

TEST(Decode, AWarningFromAnyOtherSourceIsNotBelieved) {
  const Notice notice =
      decoded(event(kWarning, R"({"instance-id":"i-1eb2ac8e"})", "custom.somebody"));
  EXPECT_EQ(notice.kind, NoticeKind::kUnknown);
  EXPECT_EQ(notice.source, "custom.somebody");
}

TEST(Decode, AnUnknownKindKeepsItsName) {
  const Notice notice = decoded(event("EC2 Spot Weather Report", "{}"));
  EXPECT_EQ(notice.kind, NoticeKind::kUnknown);
  EXPECT_EQ(notice.detail_type, "EC2 Spot Weather Report");
}

TEST(Decode, ATimeThatCannotBeReadIsTheTimeOfReceipt) {
  const std::string body = warning(kBox.str());
  EXPECT_EQ(base::to_iso8601(decoded(body).time), "2026-03-01T11:59:00Z");
  EXPECT_EQ(decoded(replaced(body, "2026-03-01T11:59:00Z", "yyyy-mm-ddThh:mm:ssZ")).time,
            kReceived);
  EXPECT_EQ(decoded(replaced(body, R"("time":"2026-03-01T11:59:00Z",)", "")).time, kReceived);
}

TEST(Decode, OnlyInstanceIdsPassForInstanceIds) {
  for (const char* good : {"i-abcd1111", "i-1234567890abcdef0"})
    EXPECT_THAT(decoded(warning(good)).instances, ElementsAre(InstanceId(good)));
  for (const char* bad : {"", "i-", "i-abcd111", "i-ABCD1111", "i-abcd1111 ", "i-1234567890abcdefg",
                          "j-abcd1111", "i-abcd1111&Action=", "../abcd111"})
    EXPECT_THAT(refusal(warning(bad)), HasSubstr("allowed: i- and 8 or 17 hexadecimal digits"));
  EXPECT_THAT(refusal(eviction(R"({"instanceIdSet":["x"]})")),
              StartsWith("serviceEventDetails.instanceIdSet is \"x\""));
  EXPECT_THAT(refusal(eviction(R"({"instanceIdSet":[7]})")), HasSubstr("not a string"));
}

TEST(Decode, AReasonShowsHostileTextShortAndPlain) {
  const std::string reason = refusal(warning("\\u0007\\u00e9" + std::string(500, 'x')));
  EXPECT_THAT(reason, StartsWith("detail.instance-id is \"???xxx"));
  EXPECT_LT(reason.size(), 200u);
}

TEST(Decode, WhatIsNotAnEventIsRefusedWithAReason) {
  EXPECT_THAT(refusal(""), StartsWith("not JSON: "));
  EXPECT_THAT(refusal("{\"detail-type\":"), StartsWith("not JSON: "));
  EXPECT_EQ(refusal("[1]"), "not a JSON object");
  EXPECT_EQ(refusal("{}"), "no detail-type, eventName, LifecycleTransition or Event: not an event");
  EXPECT_EQ(refusal(event(kWarning, "null")), "detail is missing");
  EXPECT_EQ(refusal(event(kWarning, R"({"instance-id":7})")), "detail.instance-id is missing");
  EXPECT_EQ(decode("{}", kReceived).error().code, "MalformedEvent");
}

TEST(Decode, NamesAndBodiesAreBounded) {
  EXPECT_THAT(refusal(event(std::string(257, 'x'), "{}")), HasSubstr("longer than 256 bytes"));
  EXPECT_EQ(decoded(event(std::string(256, 'x'), "{}")).kind, NoticeKind::kUnknown);
  const std::string padding((1 << 20) - warning(kBox.str()).size(), ' ');
  EXPECT_THAT(decoded(warning(kBox.str()) + padding).instances, ElementsAre(kBox));
  const auto large = decode(warning(kBox.str()) + padding + " ", kReceived);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, "EventTooLarge");
  EXPECT_EQ(large.error().message, "the body has 1048577 bytes; allowed: at most 1048576");
}

}  // namespace
}  // namespace model
