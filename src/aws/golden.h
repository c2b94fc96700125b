// Reads the files of tests/golden/aws. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/golden.h"

namespace aws {

inline std::string golden(const std::string& name) {
  std::ifstream file(base::golden_path("aws/" + name), std::ios::binary);
  EXPECT_TRUE(file) << "cannot read tests/golden/aws/" << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace aws
