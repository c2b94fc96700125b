#include "aws/profile_files.h"

#include <gtest/gtest.h>

namespace aws {
namespace {

TEST(ProfileFiles, TheCredentialsFileWinsAndKeysAreNeverMixed) {
  const ProfileFiles files{
      "# comment\n[web]\naws_access_key_id = a\n",
      "[profile web]\naws_access_key_id = b\naws_secret_access_key = b-secret\n"};
  const Profile profile = find_profile(files, "web");
  EXPECT_EQ(profile.access_key, "a");
  EXPECT_EQ(profile.secret_key, "");
}

TEST(ProfileFiles, BlanksCommentsAndWindowsLinesAreUnderstood) {
  const ProfileFiles files{
      "\r\n; other\r\n[ web ]\r\n  aws_access_key_id=a=b\r\naws_secret_access_key = s \r\n"
      "aws_session_token\t=\tt\r\nnonsense\r\n[other]\r\naws_access_key_id=x\r\n",
      ""};
  const Profile profile = find_profile(files, "web");
  EXPECT_EQ(profile.access_key, "a=b");
  EXPECT_EQ(profile.secret_key, "s");
  EXPECT_EQ(profile.session_token, "t");
}

TEST(ProfileFiles, TheConfigFileCallsTheDefaultEitherWay) {
  EXPECT_EQ(find_profile({"", "[default]\naws_access_key_id=a\n"}, "default").access_key, "a");
  EXPECT_EQ(find_profile({"", "[profile default]\naws_access_key_id=a\n"}, "default").access_key,
            "a");
  EXPECT_FALSE(find_profile({"", "[web]\naws_access_key_id=a\n"}, "web").exists);
}

TEST(ProfileFiles, ABrokenSectionIsNoProfile) {
  EXPECT_FALSE(find_profile({"[\n[web\n]\n", ""}, "other").exists);
}

TEST(ProfileFiles, SettingsOfBothFilesComeTogether) {
  const ProfileFiles files{"[web]\nrole_arn = theirs\naws_access_key_id = a\n",
                           "[profile web]\nrole_arn = ours\nsource_profile = base\n"
                           "EXTERNAL_ID = x = y\nduration_seconds=900\n"};
  const Profile profile = find_profile(files, "web");
  EXPECT_EQ(profile.role_arn, "theirs");
  EXPECT_EQ(profile.source_profile, "base");
  EXPECT_EQ(profile.external_id, "x = y");
  EXPECT_EQ(profile.duration_seconds, "900");
  EXPECT_FALSE(profile.has_keys_in_config);
}

TEST(ProfileFiles, ANestedSettingIsNoneOfTheProfiles) {
  const ProfileFiles files{"",
                           "[profile web]\ns3 =\n  role_arn = nested\n\n  external_id = nested\n"
                           "source_profile = base\n"};
  const Profile profile = find_profile(files, "web");
  EXPECT_EQ(profile.role_arn, "");
  EXPECT_EQ(profile.external_id, "");
  EXPECT_EQ(profile.source_profile, "base");
}

TEST(ProfileFiles, ANameMayBeQuotedAndMayNotHaveTwoWords) {
  const ProfileFiles files{"", "[profile \"our web\"]\nrole_arn=a\n[profile x y]\nrole_arn=b\n"};
  EXPECT_EQ(find_profile(files, "our web").role_arn, "a");
  EXPECT_FALSE(find_profile(files, "x").exists);
  EXPECT_FALSE(find_profile(files, "x y").exists);
}

TEST(ProfileFiles, AnSsoSessionIsNoProfile) {
  const ProfileFiles files{"", "[sso-session web]\nsso_start_url=u\n[web]\nrole_arn=a\n"};
  EXPECT_FALSE(find_profile(files, "web").exists);
}

}  // namespace
}  // namespace aws
