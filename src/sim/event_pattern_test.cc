#include "sim/event_pattern.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace sim {
namespace {

constexpr char kEvent[] = R"({
  "source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification",
  "resources": ["arn:a", "arn:b"],
  "detail": {"state": "running", "count": 7, "gone": null, "instance-id": "i-1"}})";

bool event_matches(const std::string& pattern) {
  EXPECT_TRUE(check_pattern(pattern).has_value()) << pattern;
  return matches(*base::json::parse_object(pattern), *base::json::parse_object(kEvent));
}

TEST(EventPattern, EveryFieldMustMatchOneOfItsValues) {
  EXPECT_TRUE(event_matches(R"({"source": ["aws.ec2", "x"], "detail": {"state": ["running"]}})"));
  EXPECT_FALSE(event_matches(R"({"source": ["aws.ec2"], "detail": {"state": ["stopped"]}})"));
  EXPECT_FALSE(event_matches(R"({"detail": {"absent": ["x"]}})"));
  EXPECT_FALSE(event_matches(R"({"source": {"inner": ["x"]}})"));
}

TEST(EventPattern, AListMatchesWhenOneOfItsValuesDoes) {
  EXPECT_TRUE(event_matches(R"({"resources": ["arn:b"]})"));
  EXPECT_FALSE(event_matches(R"({"resources": ["arn:c"]})"));
}

TEST(EventPattern, MatchersSayMoreThanEquality) {
  EXPECT_TRUE(event_matches(R"({"source": [{"prefix": "aws."}]})"));
  EXPECT_FALSE(event_matches(R"({"source": [{"prefix": "ec2"}]})"));
  EXPECT_TRUE(event_matches(R"({"source": [{"suffix": "ec2"}]})"));
  EXPECT_TRUE(event_matches(R"({"source": [{"equals-ignore-case": "AWS.EC2"}]})"));
  EXPECT_TRUE(event_matches(R"({"detail": {"state": [{"anything-but": ["stopped"]}]}})"));
  EXPECT_FALSE(event_matches(R"({"detail": {"state": [{"anything-but": "running"}]}})"));
  EXPECT_FALSE(event_matches(R"({"detail": {"state": [{"anything-but": {"prefix": "run"}}]}})"));
  EXPECT_TRUE(event_matches(R"({"detail": {"count": [{"numeric": [">", 5, "<=", 7]}]}})"));
  EXPECT_FALSE(event_matches(R"({"detail": {"count": [{"numeric": ["<", 7]}]}})"));
  EXPECT_TRUE(event_matches(R"({"detail": {"gone": [null]}})"));
}

TEST(EventPattern, ExistsAsksForPresenceOrAbsence) {
  EXPECT_TRUE(event_matches(R"({"detail": {"state": [{"exists": true}]}})"));
  EXPECT_FALSE(event_matches(R"({"detail": {"state": [{"exists": false}]}})"));
  EXPECT_TRUE(event_matches(R"({"detail": {"absent": [{"exists": false}]}})"));
}

TEST(EventPattern, RefusesWhatAwsRefusesAndWhatItDoesNotSimulate) {
  for (const char* pattern :
       {"", "[]", "{}", R"({"source": "aws.ec2"})", R"({"source": []})",
        R"({"source": [{"wildcard": "*"}]})", R"({"a": [{"exists": 1}]})",
        R"({"a": [{"numeric": ["~", 1]}]})", R"({"a": [{"numeric": ["<"]}]})",
        R"({"a": [{"prefix": 1}]})", R"({"a": [{"prefix": "x", "suffix": "y"}]})",
        R"({"a": [{"anything-but": []}]})", R"({"a": [["x"]]})"})
    EXPECT_EQ(check_pattern(pattern).error().code, "InvalidEventPatternException") << pattern;
}

TEST(TargetInput, IsTheEventAConstantAPartOrATemplate) {
  const auto event = *base::json::parse_object(kEvent);
  RuleTarget whole, constant, part, filled;
  constant.input = "{\"a\":1}";
  part.input_path = "$.detail.state";
  filled.input_paths = {{"id", "$.detail.instance-id"}, {"n", "$.detail.count"}};
  filled.input_template = R"({"id": "<id>", "n": <n>, "said": <id>})";
  EXPECT_EQ(*base::json::parse_object(target_input(whole, event)), event);
  EXPECT_EQ(target_input(constant, event), "{\"a\":1}");
  EXPECT_EQ(target_input(part, event), "\"running\"");
  EXPECT_EQ(target_input(filled, event), R"({"id": "i-1", "n": 7, "said": "i-1"})");
}

}  // namespace
}  // namespace sim
