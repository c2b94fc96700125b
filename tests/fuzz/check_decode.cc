#include "base/check.h"
#include "fuzz/entry_points.h"
#include "model/decode.h"

namespace fuzz {
namespace {

void check_notice(const model::Notice& notice) {
  CHECK(!notice.id.empty());
  for (const model::InstanceId& id : notice.instances) CHECK(model::is_instance_id(id.str()));
  for (const std::string* name : {&notice.id.str(), &notice.source, &notice.detail_type,
                                  &notice.account.str(), &notice.region.str()})
    CHECK(name->size() <= 256);
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
