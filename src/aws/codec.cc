#include "aws/codec.h"

#include <array>

#include "aws/answer.h"
#include "aws/auto_scaling_codec.h"
#include "aws/ec2_codec.h"
#include "aws/elb_codec.h"
#include "aws/events_codec.h"
#include "aws/query_writer.h"
#include "aws/sts_codec.h"
#include "base/check.h"

namespace aws {
namespace {

constexpr std::string_view kEc2 = "ec2", kElb = "elasticloadbalancing", kScaling = "autoscaling",
                           kEvents = "events", kSts = "sts", kNone = "";

// In the order of Call's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<model::Call>> kServices{
    kEc2, kEc2, kEc2, kEc2,     kEc2,     kEc2,     kEc2,    kEc2, kEc2,  kEc2, kEc2, kEc2,
    kEc2, kEc2, kEc2, kEc2,     kEc2,     kEc2,     kEc2,    kEc2, kEc2,  kEc2, kElb, kElb,
    kElb, kElb, kElb, kScaling, kScaling, kScaling, kEvents, kSts, kNone, kNone};

[[noreturn]] void refuse_ledger_call(std::string_view action) {
  base::check_failed(__FILE__, __LINE__, "a call of ports::Cloud", action);
}

// The ledger's calls go through ports::Ledger and have no body here.
std::string body_of(const model::LedgerRead&) { refuse_ledger_call("LedgerRead"); }
std::string body_of(const model::LedgerWrite&) { refuse_ledger_call("LedgerWrite"); }
base::Result<model::Reply> reply_of(const model::LedgerRead&, std::string_view) {
  refuse_ledger_call("LedgerRead");
}
base::Result<model::Reply> reply_of(const model::LedgerWrite&, std::string_view) {
  refuse_ledger_call("LedgerWrite");
}

}  // namespace

std::string_view service_of(const model::Call& call) { return kServices[call.index()]; }

net::Request encode(const model::Call& call, const net::Endpoint& endpoint) {
  net::Request request =
      post_form(endpoint, std::visit([](const auto& c) { return body_of(c); }, call));
  if (service_of(call) == kEvents) {
    request.headers.set("Content-Type", "application/x-amz-json-1.1");
    request.headers.add("X-Amz-Target", "AWSEvents." + std::string(action_of(call)));
  }
  return request;
}

base::Result<model::Reply> decode(const model::Call& call, const net::Response& response) {
  const model::Effect effect = model::effect_of(call);
  if (response.status < 200 || response.status > 299)
    return tl::unexpected(error_of(response, effect));
  auto reply = std::visit([&](const auto& c) { return reply_of(c, response.body); }, call);
  if (!reply) return tl::unexpected(judge(std::move(reply).error(), effect));
  return reply;
}

}  // namespace aws
