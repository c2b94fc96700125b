// What the codecs' tests share: requests taken apart, golden answers decoded.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

#include "aws/codec.h"
#include "aws/golden.h"
#include "base/form.h"

namespace aws {

inline net::Endpoint endpoint() {
  return *net::parse_endpoint("https://ec2.us-east-2.amazonaws.com");
}

inline net::Response response(int status, std::string body) {
  return {status, {}, std::move(body)};
}

template <class T>
T decoded(const model::Call& call, const std::string& file) {
  auto reply = decode(call, response(200, golden(file)));
  if (!reply) {
    ADD_FAILURE() << file << ": " << base::to_string(reply.error());
    return {};
  }
  return std::get<T>(*reply);
}

// The fields after Action and Version.
inline auto fields_of(const model::Call& call) {
  const auto form = base::Form::parse(encode(call, endpoint()).body);
  auto pairs = form->pairs();
  EXPECT_THAT(pairs.at(0), testing::Pair("Action", std::string(action_of(call))));
  EXPECT_EQ(pairs.at(1).first, "Version");
  pairs.erase(pairs.begin(), pairs.begin() + 2);
  return pairs;
}

}  // namespace aws
