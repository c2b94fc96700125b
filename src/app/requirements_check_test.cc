#include "app/requirements_check.h"

#include <gtest/gtest.h>

namespace app {
namespace {

model::InstanceTypeInfo offer(const char* type, int vcpus, int64_t gib, const char* architecture) {
  return {model::InstanceType(type), vcpus, gib * 1024, {architecture}, true, true, false, false};
}

const std::vector<model::InstanceTypeInfo> kOffered{offer("c5.large", 2, 4, "x86_64"),
                                                    offer("m5.large", 2, 8, "x86_64"),
                                                    offer("m6g.large", 2, 8, "arm64")};

TEST(RequirementsCheck, NamesEachBoundThatExcludesWhatWouldDo) {
  model::Requirements wanted;
  wanted.least_vcpus = 2;
  wanted.least_memory_mib = 64 * 1024;
  EXPECT_EQ(why_unmet(wanted, kOffered),
            "none of 3 instance types meets them; what excludes them: memory_gib (2 without it); "
            "allowed: a wider one");
  wanted.least_memory_mib = 8 * 1024;
  wanted.excluded = {"m*"};
  EXPECT_EQ(why_unmet(wanted, kOffered),
            "none of 3 instance types meets them; what excludes them: memory_gib (1 without it), "
            "exclude (1 without it); allowed: a wider one");
}

TEST(RequirementsCheck, SaysWhenOnlyAllTogetherExcludeThem) {
  model::Requirements wanted;
  wanted.least_vcpus = 64;
  wanted.least_memory_mib = 512 * 1024;
  EXPECT_EQ(why_unmet(wanted, kOffered),
            "none of 3 instance types meets them; no bound alone excludes them all; allowed: wider "
            "ones");
}

}  // namespace
}  // namespace app
