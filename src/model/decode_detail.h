// What the readers of one source's events share: how an event is seen, and how a detail becomes a
// part of a Notice. Include this only from decode*.cc files: it brings all of Boost.JSON.
//
// A shape is known by source and detail-type together. Anybody in the account may put events of a
// source of his own; only AWS writes "aws.…".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "model/notice.h"

namespace model::decoding {

namespace json = base::json;

// Of one eviction or one page of AWS Health; AWS's name a few.
inline constexpr size_t kMostInstances = 1000;

struct Event {
  const json::object& envelope;
  const json::object& detail;
};

struct Shape {
  std::string_view source;
  std::string_view detail_type;
  NoticeKind kind;  // Set before `read` runs, which may turn it into kUnknown.
  base::Status (*read)(const Event& event, Notice& notice);
};

std::span<const Shape> ec2_shapes();
std::span<const Shape> health_shapes();
std::span<const Shape> auto_scaling_shapes();
std::span<const Shape> fleet_shapes();

// A CloudTrail record, inside an event or raw.
base::Status read_cloudtrail(const json::object& record, Notice& notice);
// A hook's message, inside an event or raw; kUnknown unless the transition is one of the two.
base::Status read_lifecycle_action(const json::object& message, Notice& notice);
// Whom an event of AWS Health is about: account, region and instances, as far as it says.
void read_affected(const json::object& detail, Notice& notice);

tl::unexpected<base::Error> malformed(std::string message);
// The text of the member that `path` ends in: "detail.state" is looked up as "state".
base::Result<std::string> required(const json::object& object, std::string_view path);
base::Status add_instance(std::string_view text, std::string_view where, Notice& notice);
// An instance's id, or an ARN that ends in one; anything else is passed over.
void name_if_instance(std::string_view text, Notice& notice);
bool is_spot_request_id(std::string_view text);

}  // namespace model::decoding
