#include "engine/event_identity.h"

#include <gtest/gtest.h>

#include <functional>

namespace engine {
namespace {

using base::Instant;
using model::InstanceId;
using model::NoticeKind;

IncomingEvent warning() {
  IncomingEvent event;
  event.body = "{}";
  event.notice.id = model::EventId("e-1");
  event.notice.kind = NoticeKind::kInterruptionWarning;
  event.notice.instances = {InstanceId("i-1"), InstanceId("i-2")};
  event.notice.time = Instant::from_unix_seconds(1000);
  event.notice.account = model::AccountId("123456789012");
  event.notice.region = model::Region("us-east-2");
  event.notice.action = model::InterruptionAction::kTerminate;
  event.received_at = Instant::from_unix_seconds(1001);
  event.source = "sqs";
  return event;
}

bool same(const IncomingEvent& a, const IncomingEvent& b) {
  for (const EventIdentity& left : identities_of(a))
    for (const EventIdentity& right : identities_of(b))
      if (left == right) return true;
  return false;
}

// Whether the warning, changed and under another id, still is the same occurrence.
bool same_after(const std::function<void(IncomingEvent&)>& change) {
  IncomingEvent other = warning();
  other.notice.id = model::EventId("e-2");
  change(other);
  return same(warning(), other);
}

TEST(EventIdentity, ARedeliveryIsTheSameEventWhateverElseItSays) {
  IncomingEvent again = warning();
  again.received_at = Instant::from_unix_seconds(5000);
  again.source = "inject";
  again.notice.instances = {};
  EXPECT_TRUE(same(warning(), again));
}

TEST(EventIdentity, ACopyUnderAnotherIdIsTheSameOccurrence) {
  EXPECT_TRUE(same_after([](IncomingEvent&) {}));
  EXPECT_TRUE(same_after(
      [](IncomingEvent& e) { std::swap(e.notice.instances[0], e.notice.instances[1]); }));
}

TEST(EventIdentity, EachPartOfAnOccurrenceTellsItApart) {
  EXPECT_FALSE(same_after([](IncomingEvent& e) { e.notice.account = model::AccountId("2"); }));
  EXPECT_FALSE(same_after([](IncomingEvent& e) { e.notice.region = model::Region("eu-west-1"); }));
  EXPECT_FALSE(same_after([](IncomingEvent& e) { e.notice.instances.pop_back(); }));
  EXPECT_FALSE(same_after([](IncomingEvent& e) { e.notice.kind = NoticeKind::kRebalance; }));
  EXPECT_FALSE(
      same_after([](IncomingEvent& e) { e.notice.time = Instant::from_unix_seconds(999); }));
  EXPECT_FALSE(
      same_after([](IncomingEvent& e) { e.notice.action = model::InterruptionAction::kStop; }));
}

TEST(EventIdentity, TwoStatesWithinOneSecondAreTwoEvents) {
  IncomingEvent pending = warning(), running = warning();
  pending.notice.id = model::EventId("e-3");
  pending.notice.state = model::InstanceState::kPending;
  running.notice.state = model::InstanceState::kRunning;
  EXPECT_FALSE(same(pending, running));
}

TEST(EventIdentity, TwoHooksOfOneInstanceAreTwoEvents) {
  IncomingEvent drain = warning(), tell = warning();
  drain.notice.scaling = {model::LifecycleTransition::kTerminating, "shop-web", "drain", "t-1"};
  tell.notice.id = model::EventId("e-2");
  tell.notice.scaling = {model::LifecycleTransition::kTerminating, "shop-web", "tell", "t-2"};
  EXPECT_FALSE(same(drain, tell));
}

TEST(EventIdentity, AChangeThatIsTakenBackIsNotTheChangeAgain) {
  IncomingEvent announced = warning(), closed = warning();
  announced.notice.change = {"AWS_EC2_INSTANCE_STOP_SCHEDULED", "arn-1", false};
  closed.notice.id = model::EventId("e-2");
  closed.notice.change = {"AWS_EC2_INSTANCE_STOP_SCHEDULED", "arn-1", true};
  EXPECT_FALSE(same(announced, closed));
}

TEST(EventIdentity, TwoThingsThatHappenInAFleetAtOnceAreTwoEvents) {
  IncomingEvent launched = warning(), ended = warning();
  launched.notice.fleet = {model::FleetId("fleet-1"), "launched"};
  ended.notice.id = model::EventId("e-2");
  ended.notice.fleet = {model::FleetId("fleet-1"), "terminated"};
  EXPECT_FALSE(same(launched, ended));
}

TEST(EventIdentity, TwoIdsThatNameNoInstanceAreTwoEvents) {
  IncomingEvent one = warning(), other = warning();
  one.notice.instances.clear();
  other.notice.instances.clear();
  other.notice.id = model::EventId("e-2");
  EXPECT_FALSE(same(one, other));
}

TEST(EventIdentity, AnEventWithoutATimeIsKnownByItsIdWheneverItComes) {
  IncomingEvent first = warning();
  first.notice.time = first.received_at;
  IncomingEvent again = first;
  again.received_at = again.notice.time = Instant::from_unix_seconds(2000);
  EXPECT_TRUE(same(first, again));
}

TEST(EventIdentity, WithoutIdAndInstancesTheBodyIsTheIdentity) {
  IncomingEvent one = warning();
  one.notice.id = {};
  one.notice.instances.clear();
  IncomingEvent other = one;
  EXPECT_TRUE(same(one, other));
  other.body = "{ }";
  EXPECT_FALSE(same(one, other));
}

TEST(EventIdentity, InstancesThatRunTogetherAreToldApart) {
  IncomingEvent one = warning(), other = warning();
  one.notice.instances = {InstanceId("i-1"), InstanceId("2")};
  other.notice.instances = {InstanceId("i-12")};
  other.notice.id = model::EventId("e-2");
  EXPECT_FALSE(same(one, other));
}

}  // namespace
}  // namespace engine
