#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/test_region.h"

namespace sim {
namespace {

constexpr char kPath[] = "/spotkeeper-ledger/groups/web";

std::string etag(const TestRegion& r) {
  return r.region.world().buckets.at("spotkeeper-ledger").objects.at("groups/web").etag;
}

TEST(S3, AnObjectIsMadeOnceUnderIfNoneMatch) {
  TestRegion r;
  EXPECT_EQ(r.s3("PUT", kPath, "one", {{"If-None-Match", "*"}}).status, 200);
  EXPECT_EQ(r.s3("PUT", kPath, "two", {{"If-None-Match", "*"}}).code(), "PreconditionFailed");
  EXPECT_EQ(r.s3("GET", kPath).body, "one");
}

TEST(S3, AnObjectIsReplacedOnlyWhenItIsTheExpectedOne) {
  TestRegion r;
  r.s3("PUT", kPath, "one");
  const std::string first = etag(r);
  EXPECT_EQ(r.s3("PUT", kPath, "two", {{"If-Match", first}}).status, 200);
  const Reply late = r.s3("PUT", kPath, "three", {{"If-Match", first}});
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(r.s3("GET", kPath).body, "two");
  EXPECT_EQ(r.s3("PUT", "/spotkeeper-ledger/none", "x", {{"If-Match", first}}).code(), "NoSuchKey");
}

TEST(S3, AConflictLeavesTheObjectAlone) {
  TestRegion r;
  FaultSettings faults = r.region.faults();
  faults.s3_conflict_per_mille = 1000;
  r.region.set_faults(faults);
  EXPECT_EQ(r.s3("PUT", kPath, "one").status, 200);
  EXPECT_EQ(r.s3("PUT", kPath, "two", {{"If-Match", etag(r)}}).code(),
            "ConditionalRequestConflict");
  EXPECT_EQ(r.s3("GET", kPath).body, "one");
}

TEST(S3, AStoreThatHeedsNoConditionsOverwrites) {
  TestRegion r;
  FaultSettings faults = r.region.faults();
  faults.is_s3_unconditional = true;
  r.region.set_faults(faults);
  r.s3("PUT", kPath, "one");
  EXPECT_EQ(r.s3("PUT", kPath, "two", {{"If-None-Match", "*"}}).status, 200);
  EXPECT_EQ(r.s3("PUT", kPath, "three", {{"If-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(r.s3("GET", kPath).body, "three");
}

TEST(S3, EveryWriteIsToldWithItsNumber) {
  TestRegion r;
  r.s3("PUT", kPath, "one");
  r.s3("PUT", kPath, "two");
  r.s3("DELETE", kPath);
  r.s3("DELETE", kPath);
  const auto all = r.control("GET", "writes").json().at("writes").as_array();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].at("number").as_int64(), 1);
  EXPECT_EQ(all[0].at("key").as_string(), "groups/web");
  EXPECT_EQ(all[1].at("body").as_string(), "two");
  EXPECT_FALSE(all[2].as_object().contains("body"));
  EXPECT_EQ(r.control("GET", "writes?after=2").json().at("writes").as_array().size(), 1u);
  EXPECT_EQ(r.control("GET", "writes?after=x").status, 400);
}

TEST(S3, AReadMayBeConditionalToo) {
  TestRegion r;
  r.s3("PUT", kPath, "one");
  EXPECT_EQ(r.s3("GET", kPath, {}, {{"If-None-Match", etag(r)}}).status, 304);
  EXPECT_EQ(r.s3("GET", kPath, {}, {{"If-Match", "\"other\""}}).status, 412);
}

TEST(S3, ListsArePagedByKey) {
  TestRegion r;
  for (const char* key : {"a/1", "a/2", "a/3", "b"})
    r.s3("PUT", "/spotkeeper-ledger/" + std::string(key), "x");
  const Reply first = r.s3("GET", "/spotkeeper-ledger?list-type=2&prefix=a%2F&max-keys=2");
  EXPECT_THAT(first.texts("Key"), testing::ElementsAre("a/1", "a/2"));
  const Reply rest = r.s3("GET", "/spotkeeper-ledger?list-type=2&prefix=a%2F&continuation-token=" +
                                     first.text("NextContinuationToken"));
  EXPECT_THAT(rest.texts("Key"), testing::ElementsAre("a/3"));
  EXPECT_EQ(rest.text("IsTruncated"), "false");
}

TEST(S3, BucketsAreMadeWhereTheRegionIs) {
  TestRegion r;
  EXPECT_EQ(r.s3("PUT", "/new-bucket").code(), "IllegalLocationConstraintException");
  const std::string where = "<LocationConstraint>us-east-2</LocationConstraint>";
  EXPECT_EQ(r.s3("PUT", "/new-bucket", where).status, 200);
  EXPECT_EQ(r.s3("PUT", "/new-bucket", where).code(), "BucketAlreadyOwnedByYou");
  EXPECT_EQ(r.s3("GET", "/nowhere/key").code(), "NoSuchBucket");
  EXPECT_EQ(r.s3("DELETE", "/new-bucket/absent").status, 204);
}

}  // namespace
}  // namespace sim
