#include "app/reader_check.h"

#include <optional>
#include <utility>

#include "app/check_report.h"
#include "app/keeper_identity.h"
#include "base/quote.h"

namespace app {
namespace {

constexpr char kNobody[] = "no other keeper of this ledger reads it";

// As somebody who has a state folder of his own: a keeper of the same name is another one then.
base::Result<std::string> look_as_a_stranger(const AskedLedger& ledger, QueueReader reader,
                                             const std::string& why, base::Instant now) {
  const std::string name = base::quote(reader.keeper.str());
  reader.identity = fresh_identity();
  const base::Status looked = look_whose_queue(ledger, reader, now);
  if (looked) return std::string(kNobody);
  if (looked.error().code != kQueueTaken) return tl::unexpected(looked.error());
  return not_tried("a keeper " + name +
                   " reads it, and whether that is this one stands in its state folder alone (" +
                   why + "): ask where that is, as the user that it belongs to");
}

}  // namespace

base::Result<std::string> check_reader(const AskedLedger& ledger, QueueReader reader,
                                       const std::string& state_dir, base::Instant now) {
  const auto identity = identity_in(state_dir);
  const bool is_hidden = !identity && identity.error().code == kIdentityUnreadable;
  if (!identity && !is_hidden) return tl::unexpected(identity.error());
  // Without one the keeper that begins here is another one than whoever reads the queue now.
  if (!is_hidden) reader.identity = *identity ? **identity : fresh_identity();
  RETURN_IF_ERROR(look_whose_queue(ledger, reader, now));
  if (!is_hidden) return std::string(kNobody);
  return look_as_a_stranger(ledger, std::move(reader), identity.error().message, now);
}

}  // namespace app
