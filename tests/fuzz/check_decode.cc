#include "base/check.h"
#include "fuzz/entry_points.h"
#include "model/decode.h"

namespace fuzz {
namespace {

void check_name(std::string_view name) { CHECK(name.size() <= 256); }

// What a notice of a kind may be relied on to have.
void check_news(const model::Notice& notice) {
  using enum model::NoticeKind;
  CHECK(notice.change.has_value() == (notice.kind == kScheduledChange));
  if (const auto& change = notice.change) {
    check_name(change->code);
    check_name(change->event_arn);
  }
  if (const auto& scaling = notice.scaling)
    for (const std::string* name : {&scaling->group, &scaling->hook, &scaling->token})
      check_name(*name);
  if (notice.kind == kLifecycleAction)
    CHECK(notice.instances.size() == 1 && !notice.scaling->group.empty() &&
          !notice.scaling->hook.empty());
  if (notice.kind == kCapacityReservationInterruption) CHECK(notice.instances.size() == 1);
  if (const auto& fleet = notice.fleet) {
    check_name(fleet->fleet.str());
    check_name(fleet->sub_type);
  }
}

void check_notice(const model::Notice& notice) {
  CHECK(!notice.id.empty());
  for (const model::InstanceId& id : notice.instances) CHECK(model::is_instance_id(id.str()));
  for (const std::string* name : {&notice.id.str(), &notice.source, &notice.detail_type,
                                  &notice.account.str(), &notice.region.str()})
    check_name(*name);
  check_news(notice);
}

}  // namespace

void check_decode(std::string_view bytes) {
  const auto received_at = base::Instant::from_unix_seconds(1'772'366'400);
  const auto notices = model::decode(bytes, received_at);
  if (!notices) {
    CHECK(!notices.error().message.empty());
    return;
  }
  CHECK(notices->size() == 1);
  check_notice(notices->front());
  CHECK(notices == model::decode(bytes, received_at));
}

}  // namespace fuzz
