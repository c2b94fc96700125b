#include "app/config_rules.h"

#include <gtest/gtest.h>

namespace app {
namespace {

struct Sample {
  const char* name;
  const Rule& rule;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

// Of [aws] and [events].
std::vector<Sample> way_samples() {
  return {
      {"region",
       kRegion,
       {"us-east-2", "us-gov-west-1", "ap-southeast-10"},
       {"", "us", "us-east", "US-EAST-2", "us-east-2a", "us-east-2\n"}},
      {"site",
       kSiteName,
       {"east", "us-east-2", "queue"},
       {"", "East", "a/b", "..", "queues", "checks"}},
      {"account", kAccount, {"111122223333"}, {"", "11112222333", "1111222233334", "11112222333x"}},
      {"profile",
       kProfile,
       {"default", "Admin@1.2+x_y-z"},
       {"", "a b", "a]", std::string(65, 'a')}},
      {"role",
       kRoleArn,
       {"arn:aws:iam::111122223333:role/spotkeeper", "arn:aws-cn:iam::111122223333:role/a",
        "arn:aws-us-gov:iam::111122223333:role/ops/two/a+b=c,d.e@f_g-h"},
       {"", "spotkeeper", "arn:aws:iam::1:role/x", "arn:aws:iam::111122223333:user/x",
        "arn:aws:sts::111122223333:assumed-role/x/y", "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role//x", "arn:aws:iam::111122223333:role/x/",
        "arn:aws:iam::111122223333:role/a b", "arn:aws:iam::111122223333:role/x\n",
        "arn:aws:iam:us-east-2:111122223333:role/x", "arn:gcp:iam::111122223333:role/x",
        "arn:aws:iam::111122223333:role/" + std::string(65, 'a')}},
      {"webhook",
       kWebhook,
       {"https://hooks.slack.com/services/T0/B0/x", "http://127.0.0.1:9/x"},
       {"", "http://hooks.slack.com/x", "https://user@a.example/x", "hooks.slack.com"}},
      {"webhook file", kWebhookFile, {"/run/secrets/hook"}, {"", "hook", "https://a.example/x"}},
      {"notify kind",
       kNotifyKind,
       {"group-unheld", "incident", "brake", "quarantine"},
       {"", "Incident", "gathered"}},
      {"webhook format", kWebhookFormat, {"slack", "json"}, {"", "Slack", "xml"}},
      {"target", kTargetName, {"ops", "notify-1"}, {"", "Ops", "1", "a b", "o\n"}},
      {"external id",
       kExternalId,
       {"ab", "A_9+=,.@:/-", std::string(1224, 'x')},
       {"", "a", "a b", "a#b", "a\n", std::string(1225, 'x')}},
      {"path", kPath, {"/", "/var/lib/x y"}, {"", "var", "/a\nb", "/" + std::string(512, 'a')}},
      {"endpoint",
       kEndpointUrl,
       {"http://127.0.0.1:4566", "https://x/base"},
       {"", "x", "ftp://x", "http://x:0", "http://x:65536", "http://", "http://x\r\nHost: y",
        "http://x?q"}},
      {"queue",
       kQueueUrl,
       {"https://sqs.us-east-2.amazonaws.com/111122223333/q",
        "http://127.0.0.1:4566/000000000000/a_b-C.fifo"},
       {"https://sqs.us-east-2.amazonaws.com/", "https://x/111122223333",
        "https://x/111122223333/q/", "https://x/111122223333/q/r", "https://x/111122223333/q?a=b",
        "111122223333/q"}},
  };
}

std::vector<Sample> other_samples() {
  return {
      {"ledger",
       kLedgerUrl,
       {"local", "s3://abc", "s3://abc/", "s3://abc.d-e/one/two"},
       {"", "Local", "s3://", "s3://ab", "s3://Abc", "s3://a..b", "s3://1.2.3.4", "s3://abc//x",
        "s3://abc//", "s3://abc/../x", "s3://abc/x/.", "s3://abc/x y", "http://abc"}},
      {"keeper",
       kKeeperName,
       {"keeper-1", "ip-10-0-0-1.us-east-2.compute.internal"},
       {"", "-a", "a b", std::string(64, 'a')}},
      {"deployment", kDeployment, {"spotkeeper", "a"}, {"", "1a", "A", std::string(32, 'a')}},
      {"listen",
       kListen,
       {"127.0.0.1:7768", "127.255.0.9:0", "[::1]:65535"},
       {"", "127.0.0.1", "0.0.0.0:7768", "10.0.0.1:80", "127.0.0.256:80", "127.0.0.1:65536",
        "127.0.0.1:", "::1:80", "[::]:80", "localhost:80", "127.0.0.1:80x"}},
      {"level", kLogLevel, {"debug", "info", "warn", "error", "off"}, {"", "INFO", "trace"}},
      {"format", kLogFormat, {"text", "json"}, {"", "xml"}},
      {"group",
       kGroupName,
       {"web", "a", "web-2", std::string(31, 'a')},
       {"", "Web", "2web", "-web", "we_b", std::string(32, 'a')}},
      {"subnet",
       kSubnet,
       {"subnet-a", "subnet-0a1b2c3d4e5f60718"},
       {"", "subnet-", "subnet-A", "sub-1", "subnet-0a1b2c3d4e5f607189"}},
      {"template",
       kLaunchTemplate,
       {"lt-0abc:$Latest", "lt-0abc:$Default", "lt-0abc:1", "lt-0abc:37"},
       {"", "lt-0abc", "lt-0abc:", "lt-0abc:0", "lt-0abc:01", "lt-0abc:-1", "lt-0abc:latest",
        "lt-0xyz:1", "lt-0abc:1111111111111111111"}},
      {"type",
       kInstanceType,
       {"c6i.large", "u-6tb1.metal", "r7iz.metal-16xl"},
       {"", "c6i", "c6i.", ".large", "C6I.large", "c6i.large.x", "a." + std::string(63, 'a')}},
      {"arn",
       kTargetGroupArn,
       {"arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/web/0123456789abcdef",
        "arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:111122223333:targetgroup/w/1"},
       {"",
        "arn:aws:elasticloadbalancing:us-east-2:111122223333:loadbalancer/app/web/0123456789abcdef",
        "arn:aws:ec2:us-east-2:111122223333:targetgroup/web/0123456789abcdef",
        "arn:aws:elasticloadbalancing:us-east-2:1:targetgroup/web/0123456789abcdef"}},
  };
}

std::vector<Sample> samples() {
  std::vector<Sample> all = way_samples();
  for (Sample& sample : other_samples()) all.push_back(std::move(sample));
  return all;
}

TEST(ConfigRules, AcceptWhatIsRightAndNothingElse) {
  for (const Sample& sample : samples()) {
    for (const std::string& text : sample.good)
      EXPECT_TRUE(sample.rule.accepts(text)) << sample.name << ": " << text;
    for (const std::string& text : sample.bad)
      EXPECT_FALSE(sample.rule.accepts(text)) << sample.name << ": " << text;
  }
}

TEST(ConfigRules, AcceptNoTextBeyondTheirBoundHoweverLong) {
  for (const Sample& sample : samples())
    for (const std::string& text : sample.good)
      EXPECT_FALSE(sample.rule.accepts(text + std::string(100'000, 'a'))) << sample.name;
}

TEST(ConfigRules, AnS3UrlIsABucketAndAPrefixWithoutSlashesAtItsEnds) {
  EXPECT_EQ(parse_s3_url("s3://abc"), (S3Location{"abc", ""}));
  EXPECT_EQ(parse_s3_url("s3://abc/"), (S3Location{"abc", ""}));
  EXPECT_EQ(parse_s3_url("s3://abc/one/two/"), (S3Location{"abc", "one/two"}));
  EXPECT_EQ(parse_s3_url("local"), std::nullopt);
}

TEST(ConfigRules, AListenAddressLosesItsBrackets) {
  EXPECT_EQ(parse_listen("[::1]:80"), (ListenAddress{"::1", 80}));
  EXPECT_EQ(parse_listen("127.0.0.2:0"), (ListenAddress{"127.0.0.2", 0}));
}

TEST(ConfigRules, ALaunchTemplateIsItsIdAndItsVersion) {
  const auto ref = parse_launch_template("lt-0abc:$Default");
  EXPECT_EQ(ref, (model::LaunchTemplateRef{model::LaunchTemplateId("lt-0abc"), "$Default"}));
}

TEST(ConfigRules, AnArnNamesItsAccount) {
  EXPECT_EQ(account_of_arn("arn:aws:iam::111122223333:role/a:b"), "111122223333");
}

TEST(ConfigRules, AnArnNamesItsRegion) {
  EXPECT_EQ(region_of_arn("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/w/1"), "eu-west-1");
}

TEST(ConfigRules, OnlyAHostOfAwsCanBeInTheWrongRegion) {
  EXPECT_TRUE(may_be_in_region("https://sqs.us-east-2.amazonaws.com/1/q", "us-east-2"));
  EXPECT_TRUE(may_be_in_region("https://us-east-2.queue.amazonaws.com/1/q", "us-east-2"));
  EXPECT_TRUE(may_be_in_region("https://sqs.us-east-2.api.aws/1/q", "us-east-2"));
  EXPECT_TRUE(may_be_in_region("http://127.0.0.1:4566/1/q", "us-east-2"));
  EXPECT_FALSE(may_be_in_region("https://sqs.us-east-1.amazonaws.com/1/q", "us-east-2"));
  EXPECT_FALSE(may_be_in_region("https://sqs.us-gov-east-1.amazonaws.com/1/q", "us-east-1"));
  EXPECT_FALSE(may_be_in_region("https://sqs.cn-north-1.amazonaws.com.cn/1/q", "us-east-2"));
}

}  // namespace
}  // namespace app
