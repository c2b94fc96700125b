// Goal: what a zone's file says of the years to come is what the C library reads from it.
// Method: files made here; and those of the machine's tz database, as far as it has any (it needs
// none: then only UTC is compared).
#include "app/zone_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace app {
namespace {

namespace fs = std::filesystem;

class ZoneFileTest : public testing::Test {
 protected:
  ZoneFileTest() {
    std::string pattern = testing::TempDir() + "/zones-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  ~ZoneFileTest() override { fs::remove_all(root_); }

  std::string what_of(const std::string& name) const {
    const auto zone = find_time_zone(root_, name);
    return zone ? "" : zone.error().what;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(fs::path(root_) / name, std::ios::binary) << text;
  }

  std::string root_;
};

TEST_F(ZoneFileTest, TheRuleIsTheLastLine) {
  write("Berlin", "TZif2" + std::string(100, '\0') + "\n\nCET-1CEST,M3.5.0,M10.5.0/3\n");
  const auto zone = find_time_zone(root_, "Berlin");
  ASSERT_TRUE(zone);
  EXPECT_EQ(*zone, *base::TimeZone::parse_posix("CET-1CEST,M3.5.0,M10.5.0/3"));
}

TEST_F(ZoneFileTest, SaysWhatIsWrongWithAFile) {
  fs::create_directory(root_ + "/Folder");
  write("Text", "CET-1CEST,M3.5.0,M10.5.0/3\n");
  write("First", "TZif" + std::string(1, '\0') + "\nCET-1\n");
  write("Unruled", "TZif3\n\n");
  write("Cut", "TZif3\nCET-1");
  EXPECT_EQ(what_of("Absent"), "is not in " + root_);
  EXPECT_EQ(what_of("Folder"), "cannot be read: Is a directory");
  for (const std::string name : {"Text", "First", "Unruled", "Cut"})
    EXPECT_EQ(what_of(name), "has no rule for the years to come in " + root_ + "/" + name);
}

TEST_F(ZoneFileTest, WithoutADatabaseThePackageIsNamedAndUtcIsKnown) {
  const auto zone = find_time_zone(root_ + "/absent", "Europe/Berlin");
  ASSERT_FALSE(zone);
  EXPECT_NE(zone.error().allowed.find("tzdata"), std::string::npos);
  EXPECT_EQ(find_time_zone(root_ + "/absent", "UTC"), base::TimeZone());
}

base::Duration ahead_in_library(base::Instant t) {
  const time_t seconds = t.unix_ms() / 1000;
  tm local{};
  localtime_r(&seconds, &local);
  return base::Duration::seconds(local.tm_gmtoff);
}

// The past is not a rule's to know, and what is decreed for next year may be in the table only.
TEST(MachinesZones, GoAsTheCLibraryLetsThemGo) {
  for (const std::string name : {"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                 "Asia/Kolkata", "America/Sao_Paulo"}) {
    if (name != "UTC" && !fs::exists(kSystemZones + ("/" + name))) continue;
    const auto zone = find_time_zone(kSystemZones, name);
    ASSERT_TRUE(zone) << name;
    setenv("TZ", name.c_str(), 1);
    tzset();
    for (base::Instant t = *base::parse_iso8601("2027-01-01T00:00:00Z");
         t < *base::parse_iso8601("2041-01-01T00:00:00Z"); t = t + base::Duration::minutes(30))
      ASSERT_EQ(zone->ahead_at(t).ms(), ahead_in_library(t).ms())
          << name << " " << base::to_iso8601(t);
    unsetenv("TZ");
    tzset();
  }
}

}  // namespace
}  // namespace app
