#include "engine/event_identity.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace engine {
namespace {

using model::Notice;

// Each part with its length, so that no two lists of parts have one text.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts)
    text.append(std::to_string(part.size())).append(":").append(part);
  return text;
}

int64_t prefix_of(std::string_view text) {
  const base::Sha256 digest = base::sha256(text);
  uint64_t prefix = 0;
  for (size_t i = 0; i < sizeof prefix; ++i) prefix = prefix << 8 | digest[i];
  return static_cast<int64_t>(prefix);
}

std::string detail_of(const Notice& notice) {
  if (const auto& change = notice.change)
    return joined({change->code, change->event_arn, change->is_closed ? "closed" : ""});
  if (const auto& scaling = notice.scaling) return joined({scaling->hook, scaling->token});
  if (const auto& fleet = notice.fleet) return joined({fleet->fleet.str(), fleet->sub_type});
  if (notice.state) return std::string(to_string(*notice.state));
  if (notice.action) return std::string(to_string(*notice.action));
  if (notice.kind == model::NoticeKind::kUnknown) return notice.detail_type;
  return notice.spot_request.str();
}

std::string occurrence_of(const Notice& notice) {
  std::vector<std::string> instances;
  for (const model::InstanceId& id : notice.instances) instances.push_back(id.str());
  std::sort(instances.begin(), instances.end());
  std::string names;
  for (const std::string& name : instances) names += joined({name});
  return joined({"occurrence", notice.account.str(), notice.region.str(), names,
                 to_string(notice.kind), detail_of(notice)});
}

}  // namespace

std::vector<EventIdentity> identities_of(const IncomingEvent& event) {
  const Notice& notice = event.notice;
  const bool has_time = notice.time != event.received_at;
  const int64_t time_ms = has_time ? notice.time.unix_ms() : 0;
  std::vector<EventIdentity> identities;
  if (!notice.id.empty())
    identities.push_back({time_ms, prefix_of(joined({"id", notice.id.str()}))});
  // By its true time even when that is the moment of receipt: then it merely matches nothing else.
  if (!notice.instances.empty())
    identities.push_back({notice.time.unix_ms(), prefix_of(occurrence_of(notice))});
  if (identities.empty()) identities.push_back({time_ms, prefix_of(joined({"body", event.body}))});
  return identities;
}

}  // namespace engine
