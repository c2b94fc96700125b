#include "app/journal_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/database.h"

namespace app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

base::Error with_code(const char* code) {
  return {code, "/s/keeper.db: its reason", "insert", base::Retry::kBackoff};
}

TEST(JournalError, SaysWhatHelps) {
  for (const auto& [code, what, cure] :
       {std::tuple{store::kStoreFull, "its disk is full", "free space"},
        {store::kStoreCorrupt, "is damaged", "move it away"},
        {store::kStoreReadOnly, "cannot be written", "let this user write"},
        {store::kStoreBusy, "another program", "end that one"},
        {store::kStoreFailed, "cannot be used", "a file that this user may read and write"}}) {
    const base::Error error = with_cure(with_code(code), "/s/keeper.db");
    EXPECT_TRUE(is_about_journal(error)) << code;
    EXPECT_THAT(error.message, StartsWith("the journal \"/s/keeper.db\" ")) << code;
    EXPECT_THAT(error.message, HasSubstr(what)) << code;
    EXPECT_THAT(error.message, HasSubstr("(/s/keeper.db: its reason); ")) << code;
    EXPECT_THAT(error.message, HasSubstr(cure)) << code;
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.retry, base::Retry::kBackoff);
    EXPECT_EQ(error.context, "insert");
  }
}

TEST(JournalError, AnotherVersionsJournalSaysItAll) {
  const base::Error error = with_code(store::kStoreSchema);
  EXPECT_TRUE(is_about_journal(error));
  EXPECT_EQ(with_cure(error, "/s/keeper.db"), error);
}

// "aws-not-reached" was said of a full disk.
TEST(JournalError, WhatAwsRefusesIsAnotherMatter) {
  for (const char* code : {"Timeout", "AccessDenied", "WrongAccount", "StateFolder"}) {
    const base::Error error = with_code(code);
    EXPECT_FALSE(is_about_journal(error)) << code;
    EXPECT_EQ(with_cure(error, "/s/keeper.db"), error) << code;
  }
}

}  // namespace
}  // namespace app
