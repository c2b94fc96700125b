// Goal: what the fuzz targets check holds for the seeds and near them, in every build with tests.
// Method: all seeds of a format, then 20,000 seeded mutants of them, through the same check. A
// check that fails aborts; SPOTKEEPER_FUZZ_TRACE=1 prints each input in hexadecimal before it is
// checked, so that the last line is the culprit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/digest.h"
#include "fuzz/entry_points.h"
#include "fuzz/mutate.h"

namespace fuzz {
namespace {

namespace fs = std::filesystem;
using Check = void (*)(std::string_view bytes);

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Every file of the folder, in the order of the names: the order decides what the mutants are.
std::vector<std::string> seeds_in(std::string_view folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(SK_GOLDEN_DIR) / folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const fs::path& path : paths) seeds.push_back(slurp(path));
  return seeds;
}

void check_one(Check check, const std::string& bytes) {
  if (std::getenv("SPOTKEEPER_FUZZ_TRACE")) std::fprintf(stderr, "%s\n", base::hex(bytes).c_str());
  check(bytes);
}

void check_seeds_and_mutants(Check check, const std::vector<std::string>& seeds) {
  constexpr int kMutants = 20'000;
  ASSERT_FALSE(seeds.empty());
  for (const std::string& seed : seeds) check_one(check, seed);
  base::Prng prng(1);
  for (int i = 0; i < kMutants; ++i) check_one(check, mutant(seeds, prng));
}

TEST(Mutant, IsTheSameForTheSameSeedAndOftenUnlikeItsOrigin) {
  const std::vector<std::string> seeds{"abc", "{\"x\": [1, 2, 3]}"};
  base::Prng one(7), two(7);
  int changed = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string text = mutant(seeds, one);
    EXPECT_EQ(text, mutant(seeds, two));
    changed += text != seeds[0] && text != seeds[1];
  }
  EXPECT_GT(changed, 80);
}

TEST(FuzzCorpus, DecodeHolds) { check_seeds_and_mutants(check_decode, seeds_in("events")); }

TEST(FuzzCorpus, LedgerRecordHolds) {
  check_seeds_and_mutants(check_ledger_record, seeds_in("ledger"));
}

TEST(FuzzCorpus, ConfigHolds) {
  std::vector<std::string> seeds = seeds_in("config");
  seeds.push_back(slurp(SK_EXAMPLE_CONFIG));
  check_seeds_and_mutants(check_config, seeds);
}

}  // namespace
}  // namespace fuzz
