// What the tests of the decoder share: bodies in the published shapes, and what becomes of one.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "model/decode.h"

namespace model {

inline constexpr base::Instant kReceived = base::Instant::from_unix_seconds(1'772'366'400);
inline const InstanceId kBox("i-0aa11bb22cc33dd44");

inline Notice decoded(std::string_view body) {
  const auto notices = decode(body, kReceived);
  if (!notices) {
    ADD_FAILURE() << base::to_string(notices.error()) << "\nin " << body;
    return {};
  }
  EXPECT_EQ(notices->size(), 1u);
  return notices->front();
}

inline std::string refusal(std::string_view body) {
  const auto notices = decode(body, kReceived);
  return notices ? "was accepted" : notices.error().message;
}

// An event of EventBridge with all the keys of its envelope.
inline std::string event(std::string_view detail_type, std::string_view detail,
                         std::string_view source = "aws.ec2") {
  return R"({"version":"0","id":"e-1","detail-type":")" + std::string(detail_type) +
         R"(","source":")" + std::string(source) +
         R"(","account":"111122223333","time":"2026-03-01T11:59:00Z","region":"us-east-2",)" +
         R"("resources":[],"detail":)" + std::string(detail) + "}";
}

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// A JSON text as the content of a JSON string.
inline std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

inline std::string in_sns(std::string_view message) {
  return R"({"Type":"Notification","MessageId":"m-1","TopicArn":"arn:aws:sns:us-east-2:1:t",)"
         R"("Message":")" +
         escaped(message) + R"("})";
}

}  // namespace model
