// The whole process but its main: a keeper on a simulated region, through real sockets.
//
// Nothing here waits for the region's time: what takes it is proved by tests/e2e.
#include "app/keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "engine/journal.h"
#include "sim/front.h"

namespace app {
namespace {

using testing::HasSubstr;

class KeeperTest : public testing::Test {
 protected:
  KeeperTest() {
    std::string pattern = testing::TempDir() + "/keeper-XXXXXX";
    root_ = mkdtemp(pattern.data());
    sim::FrontOptions options;
    options.port = 0;
    options.region.market = sim::MarketKind::kCalm;
    region_ = *sim::start_region_front(std::move(options), clock_);
  }
  ~KeeperTest() override { std::filesystem::remove_all(root_); }

  Config config() const {
    const sim::Scene scene = region_->scene();
    Config config;
    config.keeper.name = model::KeeperName("k");
    config.keeper.state_dir = root_ + "/state";
    config.keeper.listen.port = 0;
    model::GroupSpec group;
    group.name = model::GroupName("web");
    group.capacity = 1;
    group.subnets = {scene.subnets[0].id};
    group.launch_template = {scene.launch_template, "$Latest"};
    group.types = {model::InstanceType("c6i.large")};
    SiteConfig site;
    site.aws.region = model::Region(scene.region);
    site.aws.endpoint = net::parse_endpoint(scene.endpoint_url);
    site.queue_url = scene.queue_url;
    site.groups = {group};
    config.sites = {site};
    return config;
  }

  base::Result<std::unique_ptr<Keeper>> start(Config config) {
    KeeperOptions options;
    options.config = std::move(config);
    options.make_log = [this](const LogConfig&) { return base::Logger(log_level_, log_); };
    options.reload_pause = base::Duration::millis(1);
    options.begin_pause = base::Duration::millis(1);
    options.environment = [scene =
                               region_->scene()](const char* name) -> std::optional<std::string> {
      if (std::string_view(name) == "AWS_ACCESS_KEY_ID") return scene.access_key;
      if (std::string_view(name) == "AWS_SECRET_ACCESS_KEY") return scene.secret_key;
      return std::nullopt;
    };
    options.clock_of = [this](const AwsConfig&, const std::stop_token& stop) {
      return clock_of_(stop);
    };
    options.pause = pause_;
    options.seed = ++seed_;
    return Keeper::start(std::move(options));
  }

  // Two sites in the one region, a group in each.
  Config two_sites() const;

  static base::Status inject(Keeper& keeper, const std::string& body, size_t site = 0) {
    auto outcome = std::make_shared<std::promise<base::Status>>();
    keeper.inject(site, body,
                  [outcome](base::Status status) { outcome->set_value(std::move(status)); });
    return outcome->get_future().get();
  }

  size_t journaled_events(const std::string& site = {}) const {
    const auto database = store::Database::open(journal_path(root_ + "/state", site));
    const auto journal = engine::Journal::open(**database);
    return (*journal)->events({})->size();
  }

  SystemClock clock_;
  std::string root_;
  std::unique_ptr<sim::RegionFront> region_;
  uint64_t seed_ = 0;
  std::function<base::Result<PacedClock>(const std::stop_token&)> clock_of_ =
      [](const std::stop_token&) { return PacedClock(); };
  Pause pause_ = KeeperOptions().pause;
  base::LogLevel log_level_ = base::LogLevel::kOff;
  base::Logger::Sink log_;
};

constexpr char kEvent[] =
    R"({"id":"e1","source":"a.b","detail-type":"Odd","time":"2026-03-01T12:00:00Z","detail":{}})";

TEST_F(KeeperTest, LearnsItsAccountAndSaysWhereItIs) {
  const auto keeper = start(config());
  ASSERT_TRUE(keeper) << base::to_string(keeper.error());
  EXPECT_EQ((*keeper)->snapshots().at(0)->account.str(), region_->scene().account);
  EXPECT_EQ(keeper_url(root_ + "/state"), (*keeper)->url());
  EXPECT_EQ((*keeper)->snapshots().at(0)->groups.at(0)->name.str(), "web");
}

TEST_F(KeeperTest, RefusesTheCredentialsOfAnotherAccount) {
  Config wrong = config();
  wrong.sites[0].aws.account = model::AccountId("999999999999");
  const auto keeper = start(wrong);
  ASSERT_FALSE(keeper);
  EXPECT_EQ(keeper.error().retry, base::Retry::kNever);
  EXPECT_THAT(keeper.error().message, HasSubstr("999999999999"));
}

TEST_F(KeeperTest, SharesItsStateFolderWithNobody) {
  const auto first = start(config());
  ASSERT_TRUE(first);
  const auto second = start(config());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another keeper"));
}

TEST_F(KeeperTest, RefusesASharedLedgerThatIsNotSafeAndNoOtherTrouble) {
  Config shared = config();
  shared.sites[0].ledger = S3Location{region_->scene().bucket, "fleet"};
  region_->visit([](sim::Region& region) {
    sim::FaultSettings faults = region.faults();
    faults.is_s3_unconditional = true;
    region.set_faults(faults);
  });
  const auto unsafe = start(shared);
  ASSERT_FALSE(unsafe);
  EXPECT_EQ(unsafe.error().retry, base::Retry::kNever);
  EXPECT_THAT(unsafe.error().message, HasSubstr("If-None-Match"));
  shared.sites[0].ledger->bucket = "no-such-bucket";
  EXPECT_TRUE(start(shared)) << "what could not be asked proves nothing";
}

TEST_F(KeeperTest, ReadsNoQueueThatAnotherKeeperReads) {
  Config shared = config();
  shared.sites[0].ledger = S3Location{region_->scene().bucket, {}};
  const auto first = start(shared);
  ASSERT_TRUE(first) << base::to_string(first.error());
  shared.keeper.name = model::KeeperName("other");
  shared.keeper.state_dir += "-other";
  const auto second = start(shared);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().retry, base::Retry::kNever);
  EXPECT_THAT(second.error().message, HasSubstr("keeper \"k\" reads"));
}

TEST_F(KeeperTest, TakesNoKeeperOfItsNameForItself) {
  Config shared = config();
  shared.sites[0].ledger = S3Location{region_->scene().bucket, {}};
  auto first = start(shared);
  ASSERT_TRUE(first) << base::to_string(first.error());
  Config other = shared;
  other.keeper.state_dir += "-other";
  const auto second = start(other);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().retry, base::Retry::kNever);
  EXPECT_THAT(second.error().message, HasSubstr("another keeper \"k\" reads"));
  first->reset();
  EXPECT_TRUE(start(shared)) << "it does not know itself again";
}

TEST_F(KeeperTest, HasJournaledWhatItSaysItHas) {
  auto keeper = start(config());
  ASSERT_TRUE(keeper);
  EXPECT_TRUE(inject(**keeper, kEvent));
  EXPECT_TRUE(inject(**keeper, kEvent)) << "a copy is no failure";
  EXPECT_FALSE(inject(**keeper, "{")) << "what is no event is refused";
  keeper->reset();
  EXPECT_EQ(journaled_events(), 1u);
}

TEST_F(KeeperTest, TakesNewGroupsOverAndStaysWithTheRest) {
  auto keeper = start(config());
  ASSERT_TRUE(keeper);
  Config moved = config();
  moved.sites[0].queue_url += "-other";
  const base::Status refused = (*keeper)->reload(moved);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "queue_url in [events] takes effect at a restart only; everything stays as it was");
  Config grown = config();
  grown.sites[0].groups[0].capacity = 2;
  EXPECT_TRUE((*keeper)->reload(grown));
  // One event may still meet the old engine's turn; one comes before the new one's first snapshot.
  for (int turn = 0; turn < 3; ++turn) EXPECT_TRUE(inject(**keeper, kEvent));
  EXPECT_EQ((*keeper)->snapshots().at(0)->groups.at(0)->capacity, 2);
}

TEST_F(KeeperTest, TakesNewGroupsOverOnceTheJournalCanBeWrittenAgain) {
  auto failed = std::make_shared<std::promise<std::string>>();
  auto reloaded = std::make_shared<std::promise<void>>();
  log_level_ = base::LogLevel::kInfo;
  // Said twice, either would be set twice, which throws.
  log_ = [failed, reloaded](base::LogLevel, std::string_view message, const base::LogField* fields,
                            size_t) {
    if (message == "reload-failed") failed->set_value(fields[0].value);
    if (message == "reloaded") reloaded->set_value();
  };
  auto keeper = start(config());
  ASSERT_TRUE(keeper);
  const auto disk = store::Database::open(journal_path(root_ + "/state"));
  ASSERT_TRUE(
      (*disk)->run("create trigger full before insert on meta when new.name = 'run' "
                   "begin select raise(abort, 'full'); end"));
  Config grown = config();
  grown.sites[0].groups[0].capacity = 2;
  EXPECT_TRUE((*keeper)->reload(grown));
  const std::string why = failed->get_future().get();
  EXPECT_THAT(why, HasSubstr("the journal cannot be written: "));
  EXPECT_THAT(why, HasSubstr("; it is tried again"));
  ASSERT_TRUE((*disk)->run("drop trigger full"));
  reloaded->get_future().get();
  for (int turn = 0; turn < 2; ++turn) EXPECT_TRUE(inject(**keeper, kEvent));
  EXPECT_EQ((*keeper)->snapshots().at(0)->groups.at(0)->capacity, 2);
}

// ---- several sites ----

Config KeeperTest::two_sites() const {
  Config config = this->config();
  config.sites[0].name = "east";
  SiteConfig west = config.sites[0];
  west.name = "west";
  west.groups[0].name = model::GroupName("api");
  config.sites.push_back(west);
  return config;
}

TEST_F(KeeperTest, EverySiteHasAFolderAndAJournalOfItsOwn) {
  auto keeper = start(two_sites());
  ASSERT_TRUE(keeper) << base::to_string(keeper.error());
  const Snapshots snapshots = (*keeper)->snapshots();
  ASSERT_EQ(snapshots.size(), 2u);
  EXPECT_EQ(snapshots[1]->site, "west");
  EXPECT_EQ(site_of_group(snapshots, "api"), 1u);
  EXPECT_TRUE(inject(**keeper, kEvent));
  keeper->reset();
  EXPECT_EQ(journaled_events("east"), 1u);
  EXPECT_EQ(journaled_events("west"), 0u);
  EXPECT_FALSE(std::filesystem::exists(root_ + "/state/keeper.db"));
}

TEST_F(KeeperTest, ASiteThatCannotBeBegunKeepsNobodyFromTheOthers) {
  Config half = two_sites();
  half.sites[1].aws.account = model::AccountId("999999999999");
  const auto keeper = start(half);
  ASSERT_TRUE(keeper) << base::to_string(keeper.error());
  const Snapshots snapshots = (*keeper)->snapshots();
  EXPECT_EQ(snapshots[0]->not_begun, "");
  EXPECT_THAT(snapshots[1]->not_begun, HasSubstr("999999999999"));
  EXPECT_THAT(snapshots[1]->groups.at(0)->hindrance, HasSubstr("999999999999"));
  EXPECT_TRUE(inject(**keeper, kEvent));
  auto refused = std::make_shared<std::promise<base::Status>>();
  (*keeper)->inject(1, kEvent, [refused](base::Status status) { refused->set_value(status); });
  const base::Status status = refused->get_future().get();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().retry, base::Retry::kBackoff);
}

TEST_F(KeeperTest, WhereNoSiteCanBeBegunEachSaysWhy) {
  Config wrong = two_sites();
  for (SiteConfig& site : wrong.sites) site.aws.account = model::AccountId("999999999999");
  const auto keeper = start(wrong);
  ASSERT_FALSE(keeper);
  EXPECT_EQ(keeper.error().retry, base::Retry::kNever);
  EXPECT_THAT(keeper.error().message, HasSubstr("east: the credentials belong to account "));
  EXPECT_THAT(keeper.error().message, HasSubstr("; west: the credentials belong to account "));
}

TEST_F(KeeperTest, ASiteIsBegunOnceItCan) {
  // Whatever stands in the journal's way at first.
  const std::string path = journal_path(root_ + "/state", "west");
  std::filesystem::create_directories(path);
  auto begun = std::make_shared<std::promise<void>>();
  log_level_ = base::LogLevel::kInfo;
  log_ = [begun](base::LogLevel, std::string_view message, const base::LogField*, size_t) {
    if (message == "site-begun") begun->set_value();
  };
  const auto keeper = start(two_sites());
  ASSERT_TRUE(keeper) << base::to_string(keeper.error());
  EXPECT_NE((*keeper)->snapshots()[1]->not_begun, "");
  std::filesystem::remove(path);
  begun->get_future().get();
  EXPECT_EQ((*keeper)->snapshots()[1]->not_begun, "");
}

TEST_F(KeeperTest, AJournalOfBeforeThereWereNamesMustBeMovedFirst) {
  ASSERT_TRUE(start(config()));
  const auto keeper = start(two_sites());
  ASSERT_FALSE(keeper);
  EXPECT_THAT(keeper.error().message, HasSubstr("of before the sites had names"));
}

TEST_F(KeeperTest, ASiteTellsWhatItGoesWithout) {
  Config lacking = two_sites();
  lacking.lacks = {{"", {{}, "webhook_file of ops", "gone"}},
                   {"west", {{}, "advisor", "of another region"}}};
  const auto keeper = start(lacking);
  ASSERT_TRUE(keeper) << base::to_string(keeper.error());
  const Snapshots snapshots = (*keeper)->snapshots();
  EXPECT_THAT(snapshots[0]->troubles, testing::ElementsAre(lacking.lacks[0].trouble));
  EXPECT_THAT(snapshots[1]->troubles,
              testing::ElementsAre(lacking.lacks[0].trouble, lacking.lacks[1].trouble));
}

TEST_F(KeeperTest, AGroupMovesToAnotherSiteAtAReload) {
  const auto keeper = start(two_sites());
  ASSERT_TRUE(keeper);
  Config moved = two_sites();
  moved.sites[1].groups.push_back(moved.sites[0].groups[0]);
  moved.sites[0].groups.clear();
  EXPECT_TRUE((*keeper)->reload(moved));
  // Each site takes over between two turns of its own, and an answer comes after a turn.
  for (size_t site = 0; site < 2; ++site)
    for (int turn = 0; turn < 3; ++turn) EXPECT_TRUE(inject(**keeper, kEvent, site));
  EXPECT_EQ(site_of_group((*keeper)->snapshots(), "web"), 1u);
  Config renamed = two_sites();
  renamed.sites[1].name = "north";
  const base::Status refused = (*keeper)->reload(renamed);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("which [[aws]] there are"));
  renamed = two_sites();
  renamed.sites.pop_back();
  EXPECT_FALSE((*keeper)->reload(renamed));
}

TEST_F(KeeperTest, SaysWhenItsAddressIsTaken) {
  const auto first = start(config());
  ASSERT_TRUE(first);
  Config other = config();
  other.keeper.state_dir = root_ + "/other";
  other.keeper.listen.port = (*first)->port();
  const auto second = start(other);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "ListenFailed");
  EXPECT_EQ(second.error().retry, base::Retry::kNever);
  EXPECT_THAT(second.error().message, HasSubstr(" is in use"));
  EXPECT_FALSE(std::filesystem::exists(other.keeper.state_dir)) << "it had begun already";
}

TEST_F(KeeperTest, WhoStartsItTwiceHearsOfTheFirstOneAndNotOfItsPort) {
  Config config = this->config();
  const auto first = start(config);
  ASSERT_TRUE(first);
  config.keeper.listen.port = (*first)->port();
  const auto second = start(config);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another keeper is using the state folder"));
}

// "it was stopped; it is being begun"
TEST_F(KeeperTest, AStopBeforeTheFirstAttemptIsOverSaysSo) {
  clock_of_ = [](const std::stop_token& stop) -> base::Result<PacedClock> {
    std::promise<void> stopped;
    const std::stop_callback told(stop, [&] { stopped.set_value(); });
    stopped.get_future().wait();
    return PacedClock();
  };
  pause_ = [](base::Duration) { return false; };
  const auto keeper = start(two_sites());
  ASSERT_FALSE(keeper);
  EXPECT_EQ(keeper.error().message, "it was stopped before it had begun");
  EXPECT_EQ(keeper.error().retry, base::Retry::kNever);
}

// The first pages are whole, so what is damaged shows only when it is written to.
TEST_F(KeeperTest, AJournalThatIsDamagedFurtherInIsToldWithItsCure) {
  start(config())->reset();
  const std::string path = journal_path(root_ + "/state");
  const auto size = static_cast<int64_t>(std::filesystem::file_size(path));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  constexpr int64_t kPage = 4096;
  ASSERT_GT(size, 2 * kPage);
  file.seekp(kPage);
  file << std::string(static_cast<size_t>(size - kPage), '\xff');
  file.close();
  const auto keeper = start(config());
  ASSERT_FALSE(keeper);
  EXPECT_EQ(keeper.error().retry, base::Retry::kNever);
  EXPECT_THAT(keeper.error().message, HasSubstr("\"" + path + "\" is damaged"));
  EXPECT_THAT(keeper.error().message, HasSubstr("move it away"));
}

TEST_F(KeeperTest, WhoAsksWhileItBeginsIsToldSo) {
  Config config = this->config();
  config.keeper.listen.port = (*start(config))->port();
  int status = 0;
  clock_of_ = [&](const std::stop_token&) {
    const net::Endpoint keeper{false, "127.0.0.1", config.keeper.listen.port, {}};
    net::Request request;
    request.path = "/readyz";
    const auto http = net::make_http_client({});
    const auto answer = exchange(*http, keeper, request, base::Duration::seconds(10));
    status = answer ? answer->status : -1;
    return PacedClock();
  };
  EXPECT_TRUE(start(config));
  EXPECT_EQ(status, 503);
}

}  // namespace
}  // namespace app
