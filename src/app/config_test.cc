// Goal: a right file gives exactly its values; a wrong one gives exactly its problems.
// Method: values are spelt out here; wrong files are tests/golden/config/X.toml, and their problems
// stand beside them in X.expected (SPOTKEEPER_ACCEPT=1 writes these).
#include "app/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/golden.h"

namespace app {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

// A tz database of its own: the machine's may be missing, or newer.
std::string make_zones() {
  std::string pattern = testing::TempDir() + "/zones-XXXXXX";
  const fs::path root = mkdtemp(pattern.data());
  fs::create_directory(root / "Europe");
  std::ofstream(root / "Europe/Berlin") << "TZif2\nCET-1CEST,M3.5.0,M10.5.0/3\n";
  std::ofstream(root / "Old") << "TZif2\n\n";
  return root;
}

// The files that configurations here name.
base::Result<std::string> read_named(const std::string& path) {
  if (path.ends_with(".pem") || path.ends_with(".crt"))
    return "# Ours.\n-----BEGIN CERTIFICATE-----\nMIIB\n";
  if (path.starts_with("/run/secrets/")) return "https://hooks.example.com/dev\n";
  return base::fail("Unreadable", "No such file or directory");
}

const Defaults kDefaults{"host-1", "/state", make_zones(), read_named};

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string problems_of(std::string_view text, std::string_view name) {
  const auto config = load_config(text, name, kDefaults);
  if (config) return "no problems\n";
  std::string out;
  for (const Problem& problem : config.error()) out += to_string(problem) + "\n";
  const std::string& zones = kDefaults.zones;
  for (size_t at = 0; (at = out.find(zones)) != std::string::npos;)
    out.replace(at, zones.size(), "ZONES");
  return out;
}

constexpr char kSmallest[] = R"([aws]
region = "us-east-2"
[events]
queue_url = "https://sqs.us-east-2.amazonaws.com/111122223333/q"
)";

constexpr char kFull[] = R"(
[aws]
region = "us-east-2"
account = "111122223333"
profile = "production"
role_arn = "arn:aws:iam::111122223333:role/ops/keeper"
external_id = "ours:1/a"
endpoint_url = "http://127.0.0.1:4566/base"
ca_bundle = "/etc/ca.pem"
[events]
queue_url = "http://127.0.0.1:4566/111122223333/q"
[ledger]
url = "s3://a-bucket/ledgers/"
[keeper]
name = "keeper-1"
deployment = "shop"
state_dir = "/srv/keeper"
listen = "[::1]:0"
[market]
advisor = "ADVISOR"
[log]
level = "warn"
format = "json"
[[group]]
name = "web"
capacity = 3
min_healthy = 0
subnets = ["subnet-a", "subnet-b"]
launch_template = "lt-0abc:$Latest"
instance_types = ["c6i.large", "c5.large"]
launch = "fleet"
strategy = "lowest-risk"
max_price = "0.05"
avoid_interrupted_pool_for = "20m"
on_demand = { base = 1, fallback_after = "never", return_to_spot = "never" }
on_rebalance = "replace"
brakes = { launches_per_hour = 12, max_surge = 2, max_unavailable = 1 }
health = { source = "instance", grace = "5m" }
tags = { team = "shop", "cost:center" = "" }
[[group.target_groups]]
arn = "arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/web/0123456789abcdef"
port = 8080
drain = "45s"
[[group.target_groups]]
arn = "arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/api/0123456789abcdef"
[[notify]]
name = "chat"
webhook = "https://hooks.slack.com/services/T0/B0/secret"
on = ["incident", "brake"]
[[notify]]
name = "dev"
webhook_file = "/run/secrets/hook"
on = ["group-unheld", "incident", "brake", "quarantine"]
groups = ["box", "web"]
format = "json"
[[group]]
name = "box"
capacity = 1
subnets = ["subnet-a"]
launch_template = "lt-0abc:7"
instance_types = ["t3.small"]
max_price = "on-demand"
on_demand = { fallback_after = "2m", return_to_spot = "Sat 02:00 - Sun 04:00 Europe/Berlin" }
)";

constexpr char kAdvice[] =
    R"({"spot_advisor": {"us-east-2": {"Linux": {"c5.large": {"s": 70, "r": 3}}}}})";

// A file of that content, wherever `text` names ADVISOR.
std::string with_advisor(std::string text, const std::string& content) {
  const std::string path = kDefaults.zones + "/advisor.json";
  std::ofstream(path) << content;
  const std::string_view name = "ADVISOR";
  return text.replace(text.find(name), name.size(), path);
}

model::TargetGroupRef target(const std::string& name, int port) {
  return {model::TargetGroupArn("arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/" +
                                name + "/0123456789abcdef"),
          port};
}

Config full_config() {
  Config config;
  SiteConfig site;
  site.aws = {model::Region("us-east-2"),
              model::AccountId("111122223333"),
              "production",
              "arn:aws:iam::111122223333:role/ops/keeper",
              "ours:1/a",
              net::Endpoint{false, "127.0.0.1", 4566, "/base"},
              "/etc/ca.pem"};
  site.queue_url = "http://127.0.0.1:4566/111122223333/q";
  site.ledger = S3Location{"a-bucket", "ledgers"};
  config.keeper = {model::KeeperName("keeper-1"), "shop", "/srv/keeper", {"::1", 0}};
  site.market.advisor = *market::Advisor::parse(kAdvice, site.aws.region);
  config.log = {base::LogLevel::kWarn, base::LogFormat::kJson};
  const model::SubnetId a("subnet-a"), b("subnet-b");
  const auto berlin = *base::TimeZone::parse_posix("CET-1CEST,M3.5.0,M10.5.0/3");
  const model::LaunchTemplateId id("lt-0abc");
  const model::InstanceType c6i("c6i.large"), c5("c5.large"), t3("t3.small");
  model::GroupSpec web;
  web.name = model::GroupName("web");
  web.capacity = 3;
  web.subnets = {a, b};
  web.launch_template = {id, "$Latest"};
  web.types = {c6i, c5};
  web.target_groups = {target("web", 8080), target("api", 80)};
  web.target_groups[0].drain = base::Duration::seconds(45);
  web.min_healthy = 0;
  web.launch_by = model::LaunchBy::kFleet;
  web.strategy = model::Strategy::kLowestRisk;
  web.max_price = base::Money::usd_micros(50'000);
  web.avoid_interrupted_pool_for = base::Duration::minutes(20);
  web.on_demand = {1, std::nullopt, model::ReturnToSpot::kNever, {}};
  web.on_rebalance = model::OnRebalance::kReplace;
  web.launches_per_hour = 12;
  web.max_surge = 2;
  web.max_unavailable = 1;
  web.health = {model::HealthSource::kInstance, base::Duration::minutes(5)};
  web.tags = {{"cost:center", ""}, {"team", "shop"}};
  model::GroupSpec box;
  box.name = model::GroupName("box");
  box.capacity = 1;
  box.subnets = {a};
  box.launch_template = {id, "7"};
  box.types = {t3};
  box.on_demand.fallback_after = base::Duration::minutes(2);
  box.on_demand.return_to_spot = model::ReturnToSpot::kInWindow;
  box.on_demand.return_window =
      base::WeekWindow(*base::parse_window("Sat 02:00 - Sun 04:00 Europe/Berlin"), berlin);
  box.health.source = model::HealthSource::kInstance;
  site.groups = {std::move(web), std::move(box)};
  config.sites = {std::move(site)};
  using notify::Kind;
  config.notify = {{"chat",
                    "https://hooks.slack.com/services/T0/B0/secret",
                    "",
                    {Kind::kIncident, Kind::kBrake},
                    {},
                    std::nullopt},
                   {"dev",
                    "https://hooks.example.com/dev",
                    "/run/secrets/hook",
                    {Kind::kGroupUnheld, Kind::kIncident, Kind::kBrake, Kind::kQuarantine},
                    {model::GroupName("box"), model::GroupName("web")},
                    WebhookFormat::kJson}};
  return config;
}

TEST(Config, AFullFileGivesExactlyItsValues) {
  const std::string text = with_advisor(kFull, kAdvice);
  const auto config = load_config(text, "full.toml", kDefaults);
  ASSERT_TRUE(config) << problems_of(text, "full.toml");
  EXPECT_EQ(*config, full_config());
}

constexpr std::string_view kMachine = R"(
[aws]
region = "us-east-2"
[events]
queue_url = "http://127.0.0.1:4566/111122223333/q"
[[group]]
name = "web"
capacity = 1
subnets = ["subnet-a"]
launch = "spot-request"
image = "ami-0abc1234def567890"
key = "ops"
security_groups = ["sg-0a1b2c3d"]
user_data_file = "/etc/spotkeeper/web.sh"
profile = "arn:aws:iam::111122223333:instance-profile/web"
monitoring = false
block_devices = [
  { device = "/dev/xvda", size_gib = 20, type = "gp3", iops = 4000, throughput_mibps = 250, encrypted = true },
  { device = "/dev/sdf", snapshot = "snap-0a1b2c3d", keep = true },
]
requirements = { vcpu = "2..4", memory_gib = "4..", arch = "arm64", allow = ["m*"], exclude = ["t2.*"] }
)";

TEST(Config, AMachineMayStandInTheFileAndItsTypesBeDescribed) {
  Defaults defaults = kDefaults;
  defaults.read_file = [](const std::string& path) -> base::Result<std::string> {
    return "read from " + path;
  };
  const auto config = load_config(kMachine, "f.toml", defaults);
  ASSERT_TRUE(config) << to_string(config.error().front());
  const model::GroupSpec& group = config->sites.front().groups.front();
  EXPECT_EQ(group.launch_by, model::LaunchBy::kSpotRequest);
  model::LaunchData machine;
  machine.image = model::ImageId("ami-0abc1234def567890");
  machine.key_name = "ops";
  machine.security_groups = {model::SecurityGroupId("sg-0a1b2c3d")};
  machine.user_data = "read from /etc/spotkeeper/web.sh";
  machine.instance_profile = "arn:aws:iam::111122223333:instance-profile/web";
  machine.has_detailed_monitoring = false;
  machine.block_devices = {{"/dev/xvda", "", 20, "gp3", 4000, 250, true, true},
                           {"/dev/sdf", "snap-0a1b2c3d", std::nullopt, "", std::nullopt,
                            std::nullopt, std::nullopt, false}};
  EXPECT_EQ(group.machine, machine);
  const model::Requirements wanted{2, 4, 4096, 0, "arm64", {"m*"}, {"t2.*"}};
  EXPECT_EQ(group.requirements, wanted);
  EXPECT_TRUE(group.types.empty());
}

TEST(Config, UserDataThatIsTooLongIsNotShown) {
  std::string text(kMachine);
  const std::string file = "user_data_file = \"/etc/spotkeeper/web.sh\"";
  text.replace(text.find(file), file.size(),
               "user_data = \"PASS=hunter2" + std::string(20'000, 'x') + "\"");
  const auto config = load_config(text, "f.toml", kDefaults);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().front().message,
            "user_data in [[group]] is a text that cannot be used; allowed: at most 16384 bytes");
}

TEST(Config, AFileOfUserDataMustBeReadableAndNotTooLong) {
  Defaults defaults = kDefaults;
  defaults.read_file = [](const std::string&) -> base::Result<std::string> {
    return base::fail("Unreadable", "Permission denied");
  };
  auto config = load_config(kMachine, "f.toml", defaults);
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().front().message,
              ::testing::HasSubstr("\"/etc/spotkeeper/web.sh\" cannot be read: Permission denied"));
  defaults.read_file = [](const std::string&) { return std::string(20'000, 'x'); };
  config = load_config(kMachine, "f.toml", defaults);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().front().message,
            "the file has 20000 bytes; allowed: at most 16384 bytes");
}

TEST(Config, TheSmallestFileGetsTheDefaults) {
  Config expected;
  expected.sites.resize(1);
  expected.sites[0].aws.region = model::Region("us-east-2");
  expected.sites[0].queue_url = "https://sqs.us-east-2.amazonaws.com/111122223333/q";
  expected.keeper = {model::KeeperName("host-1"), "spotkeeper", "/state", {"127.0.0.1", 7768}};
  expected.log = {base::LogLevel::kInfo, base::LogFormat::kText};
  const auto config = load_config(kSmallest, "small.toml", kDefaults);
  ASSERT_TRUE(config) << problems_of(kSmallest, "small.toml");
  EXPECT_EQ(*config, expected);
}

std::string group_of(int capacity) {
  return std::string(kSmallest) +
         "[[group]]\nname = \"web\"\ncapacity = " + std::to_string(capacity) +
         "\nsubnets = [\"subnet-a\"]\nlaunch_template = \"lt-0abc:1\"\n"
         "instance_types = [\"c5.large\"]\n";
}

TEST(Config, AllButOneMustStayHealthyUnlessTheFileSaysOtherwise) {
  for (const auto& [capacity, min_healthy] : {std::pair{1, 1}, {2, 1}, {3, 2}, {10'000, 9'999}}) {
    const auto config = load_config(group_of(capacity), "f.toml", kDefaults);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->sites.front().groups.front().min_healthy, min_healthy);
  }
}

TEST(Config, TheExampleThatShipsLoads) {
  const std::string text = slurp(SK_EXAMPLE_CONFIG);
  const auto config = load_config(text, "spotkeeper.example.toml", kDefaults);
  ASSERT_TRUE(config) << problems_of(text, "spotkeeper.example.toml");
  ASSERT_EQ(config->sites.front().groups.size(), 1u);
  EXPECT_EQ(config->sites.front().groups.front().name, model::GroupName("web"));
  EXPECT_EQ(config->sites.front().groups.front().min_healthy, 2);
}

TEST(Config, EveryCommentedKeyOfTheExampleIsAKeyAndItsValueIsAllowed) {
  std::istringstream example(slurp(SK_EXAMPLE_CONFIG));
  std::string text;
  int opened = 0;
  for (std::string line; std::getline(example, line);) {
    const bool key = line.starts_with("# ") && line.find(" = ") != std::string::npos &&
                     line.substr(2).find_first_of(" =") == line.substr(2).find(" = ");
    const bool header = line.starts_with("# [[");
    opened += key;
    text += (key || header ? line.substr(2) : line) + "\n";
  }
  EXPECT_EQ(opened, 29);
  const std::string advisor = "/var/lib/spotkeeper/spot-advisor.json";
  text = with_advisor(text.replace(text.find(advisor), advisor.size(), "ADVISOR"), kAdvice);
  EXPECT_EQ(problems_of(text, "opened.toml"), "no problems\n") << text;
}

TEST(Config, EveryWrongFileGivesExactlyItsProblems) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(base::golden_path("config"))) {
    if (entry.path().extension() != ".toml") continue;
    ++files;
    fs::path expected = entry.path();
    expected.replace_extension(".expected");
    const std::string actual = problems_of(slurp(entry.path()), entry.path().filename().string());
    if (std::getenv("SPOTKEEPER_ACCEPT")) std::ofstream(expected, std::ios::binary) << actual;
    EXPECT_NE(actual, "no problems\n") << entry.path().filename();
    EXPECT_EQ(actual, slurp(expected)) << entry.path().filename();
  }
  EXPECT_GE(files, 12);
}

TEST(Config, AWebhookIsASecretAlsoWhereItIsWrong) {
  for (const char* key : {"webhook", "webhok", "webhook_file"}) {
    const std::string text = std::string(kSmallest) + "[[notify]]\non = [\"brake\"]\n" + key +
                             " = \"http://hooks.example.com/top-secret\"\n";
    const std::string problems = problems_of(text, "f.toml");
    EXPECT_THAT(problems, ::testing::HasSubstr("f.toml:")) << key;
    EXPECT_THAT(problems, ::testing::Not(::testing::HasSubstr("example.com"))) << key;
  }
}

std::string entry(const std::string& name, const std::string& region,
                  const std::string& more = "") {
  return "[[aws]]\nname = \"" + name + "\"\nregion = \"" + region + "\"\n" +
         "queue_url = \"https://sqs." + region + ".amazonaws.com/111122223333/q\"\n" + more;
}

std::string group_in(const std::string& name, const std::string& site) {
  return "[[group]]\nname = \"" + name + "\"\n" + (site.empty() ? "" : "aws = \"" + site + "\"\n") +
         "capacity = 1\nsubnets = [\"subnet-a\"]\nlaunch_template = \"lt-0abc:1\"\n"
         "instance_types = [\"c5.large\"]\n";
}

constexpr char kHook[] =
    "[[notify]]\nname = \"ops\"\nwebhook_file = \"/run/hook\"\n"
    "on = [\"brake\"]\n";

base::Result<std::string> no_file(const std::string&) {
  return base::fail("Unreadable", "No such file or directory");
}

// A configuration that names a webhook_file with that content; where there is none, it is absent.
ConfigResult with_hook(const std::optional<std::string>& content,
                       Unreadable unreadable = Unreadable::kRefused) {
  Defaults defaults = kDefaults;
  defaults.unreadable = unreadable;
  defaults.read_file = no_file;
  if (content)
    defaults.read_file = [content](const std::string&) -> base::Result<std::string> {
      return *content;
    };
  return load_config(std::string(kSmallest) + kHook, "f.toml", defaults);
}

TEST(Config, AWebhookFileGivesItsUrlWithoutTheLineEndThatEditorsLeave) {
  for (const char* content :
       {"https://a.example/x?y", "https://a.example/x?y\n", "https://a.example/x?y\r\n",
        "https://a.example/x?y\r\n\r\n", "\r\n https://a.example/x?y \r\n",
        "\xef\xbb\xbfhttps://a.example/x?y\r\n"}) {
    const auto config = with_hook(content);
    ASSERT_TRUE(config) << content << to_string(config.error().front());
    EXPECT_EQ(config->notify.front().webhook, "https://a.example/x?y") << content;
  }
}

TEST(Config, AWebhookFileIsNamedWithItsPlaceAndWhatIsInItIsNeverShown) {
  const std::string begin = "f.toml:7:16: webhook_file of ops, \"/run/hook\", ";
  for (const char* content : {"", "http://hooks.example.com/top-secret", "top secret\nsecond"}) {
    const auto config = with_hook(content);
    ASSERT_FALSE(config) << content;
    EXPECT_EQ(to_string(config.error().front()),
              begin +
                  "does not hold a URL that can be used; allowed: an https URL, or an http one "
                  "of this host, without a user and a fragment")
        << content;
  }
  const auto absent = with_hook(std::nullopt);
  ASSERT_FALSE(absent);
  EXPECT_EQ(to_string(absent.error().front()),
            begin +
                "cannot be read: No such file or directory; allowed: a file with the URL, which "
                "this user may read");
}

TEST(Config, AStartGoesWithoutAWebhookFile) {
  const auto config = with_hook(std::nullopt, Unreadable::kGoneWithout);
  ASSERT_TRUE(config) << to_string(config.error().front());
  EXPECT_EQ(config->notify.front().webhook, "");
  ASSERT_EQ(config->lacks.size(), 1u);
  EXPECT_EQ(config->lacks[0].site, "");
  EXPECT_EQ(config->lacks[0].trouble.name, "webhook_file of ops");
  EXPECT_THAT(config->lacks[0].trouble.why,
              ::testing::HasSubstr("No such file or directory; allowed: a file with the URL, which "
                                   "this user may read; until that is mended its messages wait"));
}

// It was taken as it stood, and nothing but TLS failed.
TEST(Config, ABundleOfCertificatesMustBeReadableAndHoldSome) {
  Defaults defaults = kDefaults;
  defaults.read_file = no_file;
  std::string text = kSmallest;
  text.insert(text.find("[events]"), "ca_bundle = \"/etc/ours.pem\"\n");
  const auto problem = [&] {
    const auto config = load_config(text, "f.toml", defaults);
    return config ? "" : to_string(config.error().front());
  };
  const std::string begin = "f.toml:3:13: ca_bundle in [aws]: \"/etc/ours.pem\" ";
  const std::string end = "; allowed: a file of PEM certificates that this user may read";
  EXPECT_EQ(problem(), begin + "cannot be read: No such file or directory" + end);
  std::string content = "MIIB";
  defaults.read_file = [&](const std::string&) { return content; };
  EXPECT_EQ(problem(), begin + "holds no certificate" + end);
  content = "-----BEGIN TRUSTED CERTIFICATE-----\n";
  EXPECT_EQ(problem(), "");
}

// Another site's groups have a keeper all the same.
TEST(Config, AStartGoesOnWhereASitesBundleCannotBeRead) {
  Defaults bare = kDefaults;
  bare.unreadable = Unreadable::kGoneWithout;
  bare.read_file = no_file;
  const auto config = load_config(entry("east", "us-east-2") +
                                      entry("west", "us-west-2", "ca_bundle = \"/etc/ca.pem\"\n") +
                                      group_in("web", "east"),
                                  "f.toml", bare);
  ASSERT_TRUE(config) << to_string(config.error().front());
  ASSERT_EQ(config->lacks.size(), 1u);
  EXPECT_EQ(config->lacks[0].site, "west");
  EXPECT_EQ(config->lacks[0].trouble.name, "ca_bundle");
  EXPECT_THAT(config->lacks[0].trouble.why,
              ::testing::EndsWith("until that is mended AWS is not reached"));
}

// Found by a review: they were called by their places, and what waited for the first went to the
// second once the first was taken out of the file.
TEST(Config, OnlyATargetThatIsAloneNeedsNoName) {
  const std::string one = "[[notify]]\nwebhook = \"https://a.example/x\"\non = [\"brake\"]\n";
  const auto alone = load_config(kSmallest + one, "f.toml", kDefaults);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->notify.front().name, "notify");
  const std::string problem =
      "name is missing from [[notify]], which is one of 2; allowed: a name of its own for each, "
      "once there are several: a small letter, then small letters, digits and -, at most 31\n";
  EXPECT_EQ(problems_of(kSmallest + one + one, "f.toml"),
            "f.toml:5:1: " + problem + "f.toml:8:1: " + problem);
}

TEST(Config, MoreTargetsThanThreadsAreWorthAreRefused) {
  std::string text = kSmallest;
  for (int i = 0; i < 17; ++i)
    text += "[[notify]]\nwebhook = \"https://a.example/x\"\non = [\"brake\"]\n";
  EXPECT_THAT(problems_of(text, "f.toml"),
              ::testing::HasSubstr("17 tables [[notify]]; allowed: at most 16"));
}

// ---- several sites ----

TEST(Config, EachEntryOfAwsIsASiteWithItsGroups) {
  const std::string text = entry("east", "us-east-2", "profile = \"e\"\n") +
                           entry("west", "us-west-2", "account = \"111122223333\"\n") +
                           group_in("web", "west") + group_in("api", "east") +
                           group_in("box", "west");
  const auto config = load_config(text, "f.toml", kDefaults);
  ASSERT_TRUE(config) << problems_of(text, "f.toml");
  ASSERT_EQ(config->sites.size(), 2u);
  const SiteConfig& east = config->sites[0];
  const SiteConfig& west = config->sites[1];
  EXPECT_EQ(east.name, "east");
  EXPECT_EQ(east.aws.profile, "e");
  EXPECT_EQ(east.queue_url, "https://sqs.us-east-2.amazonaws.com/111122223333/q");
  EXPECT_EQ(east.ledger, std::nullopt);
  ASSERT_EQ(east.groups.size(), 1u);
  EXPECT_EQ(east.groups[0].name.str(), "api");
  EXPECT_EQ(west.aws.region.str(), "us-west-2");
  EXPECT_EQ(west.aws.account.str(), "111122223333");
  ASSERT_EQ(west.groups.size(), 2u);
  EXPECT_EQ(west.groups[1].name.str(), "box");
  EXPECT_EQ(keeper_of(*config, west).str(), "host-1/west");
}

TEST(Config, TheOnlyEntryOfAwsKeepsTheGroupsThatNameNone) {
  const auto config =
      load_config(entry("east", "us-east-2") + group_in("web", "") + group_in("api", "east"),
                  "f.toml", kDefaults);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->sites.at(0).groups.size(), 2u);
}

TEST(Config, NoTwoSitesShareAFolderOfTheLedger) {
  const std::string shared = "[ledger]\nurl = \"s3://a-bucket/fleet\"\nregion = \"eu-west-1\"\n";
  const std::string text = shared + entry("east", "us-east-2") +
                           entry("west", "us-west-2", "ledger = \"s3://b-west\"\n") +
                           entry("north", "ca-central-1", "ledger = \"local\"\n");
  const auto config = load_config(text, "f.toml", kDefaults);
  ASSERT_TRUE(config) << problems_of(text, "f.toml");
  EXPECT_EQ(config->sites[0].ledger,
            (S3Location{"a-bucket", "fleet/east", model::Region("eu-west-1")}));
  EXPECT_EQ(config->sites[1].ledger, (S3Location{"b-west", ""}));
  EXPECT_EQ(config->sites[2].ledger, std::nullopt);
}

TEST(Config, WithOneRegionTheBucketIsThere) {
  const auto config = load_config(
      "[ledger]\nurl = \"s3://a-bucket\"\n" + entry("east", "us-east-2"), "f.toml", kDefaults);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->sites[0].ledger, (S3Location{"a-bucket", "east"}));
}

TEST(Config, TheBandsAreReadForEachRegion) {
  constexpr char kTwo[] = R"({"spot_advisor": {
    "us-east-2": {"Linux": {"c5.large": {"s": 70, "r": 3}}},
    "us-west-2": {"Linux": {"c5.large": {"s": 70, "r": 1}}}}})";
  const std::string text =
      entry("east", "us-east-2") + entry("west", "us-west-2") + "[market]\nadvisor = \"ADVISOR\"\n";
  const auto config = load_config(with_advisor(text, kTwo), "f.toml", kDefaults);
  ASSERT_TRUE(config);
  const model::InstanceType c5("c5.large");
  EXPECT_EQ(advisor_of(config->sites[0]).band(c5), 3);
  EXPECT_EQ(advisor_of(config->sites[1]).band(c5), 1);
  EXPECT_THAT(problems_of(with_advisor(text, kAdvice), "f.toml"),
              ::testing::HasSubstr("used: it has no spot_advisor.us-west-2.Linux"));
}

TEST(Config, WhatIsSaidOfASiteBeginsWithItsName) {
  EXPECT_EQ(of_site("east", "gone"), "east: gone");
  EXPECT_EQ(of_site("", "gone"), "gone");
}

TEST(Config, AHostNameThatCannotBeAKeepersNameMustBeReplaced) {
  const auto config = load_config(kSmallest, "f.toml", {"my host", "/state", ""});
  ASSERT_FALSE(config);
  EXPECT_EQ(to_string(config.error().front()),
            "f.toml:1:1: name is missing from [keeper], and the host's name \"my host\" cannot "
            "stand in; allowed: a letter or digit, then letters, digits and . _ -, at most 63");
  const std::string named = std::string(kSmallest) + "[keeper]\nname = \"k\"\n";
  EXPECT_TRUE(load_config(named, "f.toml", {"my host", "/state", ""}));
}

std::string with_window(const std::string& window) {
  return group_of(1) + "on_demand = { return_to_spot = \"" + window + "\" }\n";
}

TEST(Config, TheBandsAreTheFilesOrElseTheBuiltInOnes) {
  const model::InstanceType c5("c5.large"), c6i("c6i.large");
  const std::string text = std::string(kSmallest) + "[market]\nadvisor = \"ADVISOR\"\n";
  const auto given = load_config(with_advisor(text, kAdvice), "f.toml", kDefaults);
  ASSERT_TRUE(given);
  EXPECT_EQ(advisor_of(given->sites[0]).band(c5), 3);
  EXPECT_EQ(advisor_of(given->sites[0]).band(c6i), std::nullopt);
  const auto left_out = load_config(kSmallest, "f.toml", kDefaults);
  ASSERT_TRUE(left_out);
  const SiteConfig& site = left_out->sites[0];
  EXPECT_EQ(advisor_of(site), market::Advisor::built_in(site.aws.region));
}

TEST(Config, AnAdvisorThatIsNoneIsNamedWithItsReason) {
  const std::string text = std::string(kSmallest) + "[market]\nadvisor = \"ADVISOR\"\n";
  const auto problem = [&](const std::string& content) {
    return problems_of(with_advisor(text, content), "f.toml");
  };
  const std::string begin = "f.toml:6:11: advisor in [market]: \"ZONES/advisor.json\" cannot be ";
  const std::string end = "; allowed: a file in the form of AWS's spot-advisor-data.json\n";
  EXPECT_EQ(problem("{}"), begin + "used: it has no spot_advisor.us-east-2.Linux" + end);
  EXPECT_EQ(problem(R"({"spot_advisor": {"us-east-2": {"Linux": {"c5.large": {"r": 9}}}}})"),
            begin + "used: the band of c5.large is not 0 to 4" + end);
  const std::string path = kDefaults.zones + "/advisor.json";
  const std::string given = with_advisor(text, kAdvice);
  fs::remove(path);
  EXPECT_EQ(problems_of(given, "f.toml"), begin + "read: No such file or directory" + end);
}

// Found by a review: such a file kept a keeper from starting, and so from its groups.
TEST(Config, AStartGoesWithoutTheFilesThatItCanDoWithout) {
  Defaults bare{"host-1", "/state", "/nowhere/zoneinfo"};
  bare.unreadable = Unreadable::kGoneWithout;
  const std::string text = with_window("Sat 02:00 - Sun 04:00 Europe/Berlin") +
                           "[market]\nadvisor = \"/nowhere/advisor.json\"\n";
  const auto config = load_config(text, "f.toml", bare);
  ASSERT_TRUE(config) << to_string(config.error().front());
  EXPECT_EQ(advisor_of(config->sites[0]), market::Advisor::built_in(config->sites[0].aws.region));
  EXPECT_EQ(config->sites[0].groups[0].on_demand.return_to_spot, model::ReturnToSpot::kNever);
  const std::string no_zones =
      "return_to_spot in on_demand: the time zone \"Europe/Berlin\" cannot be looked up: this "
      "machine has no time zone data (/nowhere/zoneinfo); allowed: UTC, or any once the package "
      "tzdata is installed; until that is mended nothing goes back to Spot";
  const std::string no_advisor =
      "advisor in [market]: \"/nowhere/advisor.json\" cannot be read: No such file or directory; "
      "allowed: a file in the form of AWS's spot-advisor-data.json; until that is mended the bands "
      "that are built in count";
  EXPECT_THAT(lacks_of(*config, config->sites[0]),
              ElementsAre(notify::Trouble{{}, "advisor", no_advisor},
                          notify::Trouble{model::GroupName("web"), "return_to_spot", no_zones}));
  EXPECT_FALSE(load_config(text + "[grop]\n", "f.toml", bare)) << "a mistake in the file itself";
}

TEST(Config, ASiteGoesWithoutWhatConcernsIt) {
  Defaults bare{"host-1", "/state", "/nowhere/zoneinfo"};
  bare.unreadable = Unreadable::kGoneWithout;
  const std::string path = kDefaults.zones + "/advisor.json";
  const std::string text = with_advisor(
      entry("east", "us-east-2") + entry("west", "us-west-2") + group_in("web", "east") +
          group_in("api", "west") +
          "on_demand = { return_to_spot = \"Sat 02:00 - Sun 04:00 Europe/Berlin\" }\n" +
          "[market]\nadvisor = \"ADVISOR\"\n",
      kAdvice);
  const auto names = [](const std::vector<notify::Trouble>& troubles) {
    std::string all;
    for (const notify::Trouble& trouble : troubles)
      all += trouble.group.str() + ":" + trouble.name + " ";
    return all;
  };
  const auto partly = load_config(text, "f.toml", bare);
  ASSERT_TRUE(partly) << to_string(partly.error().front());
  EXPECT_EQ(names(lacks_of(*partly, partly->sites[0])), "") << "the advisor knows its region";
  EXPECT_TRUE(partly->sites[0].market.advisor);
  EXPECT_EQ(names(lacks_of(*partly, partly->sites[1])), ":advisor api:return_to_spot ");
  EXPECT_FALSE(partly->sites[1].market.advisor);
  fs::remove(path);
  const auto without = load_config(text, "f.toml", bare);
  ASSERT_TRUE(without) << to_string(without.error().front());
  EXPECT_EQ(names(lacks_of(*without, without->sites[0])), ":advisor ");
  EXPECT_EQ(names(lacks_of(*without, without->sites[1])), ":advisor api:return_to_spot ");
}

TEST(Config, WithoutATzDatabaseOnlyUtcIsKnown) {
  const Defaults bare{"host-1", "/state", "/nowhere/zoneinfo"};
  EXPECT_TRUE(load_config(with_window("02:00 - 04:00 UTC"), "f.toml", bare));
  const auto config = load_config(with_window("02:00 - 04:00 Europe/Berlin"), "f.toml", bare);
  ASSERT_FALSE(config);
  EXPECT_EQ(to_string(config.error().front()),
            "f.toml:11:32: return_to_spot in on_demand: the time zone \"Europe/Berlin\" cannot be "
            "looked up: this machine has no time zone data (/nowhere/zoneinfo); allowed: UTC, or "
            "any once the package tzdata is installed");
}

TEST(Config, ATextThatIsNotTomlIsOneProblemWithItsPlace) {
  const auto config = load_config("[aws]\nregion = us-east-2\n", "f.toml", kDefaults);
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 1u);
  EXPECT_EQ(config.error().front().line, 2);
  EXPECT_THAT(config.error().front().message, ::testing::StartsWith("not TOML: "));
}

// The parser asserted that a key follows "[" before it looked.
TEST(Config, ATableHeaderThatDoesNotBeginWithAKeyIsAProblem) {
  for (const char* text : {"[=]", "[[=]]", "[\x01]", "["}) {
    const auto config = load_config(text, "f.toml", kDefaults);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().front().message, ::testing::StartsWith("not TOML: ")) << text;
  }
}

// The parser had undefined behaviour when it asked whether this is a space.
TEST(Config, ALetterBeyondAsciiOutsideOfQuotesIsAProblemWithItsPlace) {
  EXPECT_EQ(problems_of("# \xc3\xa9\nr\xc3\xa9gion = 1\n", "f.toml"),
            "f.toml:2:2: a character that is not ASCII, outside of quotes and comments; allowed: "
            "ASCII\n");
}

TEST(Config, AFileBeyondAMebibyteIsRefusedUnread) {
  const std::string text = kSmallest + std::string((1 << 20) - sizeof kSmallest + 1, '\n');
  EXPECT_TRUE(load_config(text, "f.toml", kDefaults));
  EXPECT_EQ(problems_of(text + "\n", "f.toml"),
            "f.toml:1:1: the file has 1048577 bytes; allowed: at most 1048576\n");
}

// Found by a review: the parser recursed for every part and ran out of stack.
TEST(Config, AKeyOfEndlesslyManyPartsIsRefusedBeforeItIsParsed) {
  std::string text = "# ....................................\na = \"....................\"\nb";
  for (int i = 0; i < 100'000; ++i) text += ".c";
  EXPECT_EQ(problems_of(text + " = 1\n", "f.toml"),
            "f.toml:3:1: a key of too many parts; allowed: at most 16\n");
}

}  // namespace
}  // namespace app
