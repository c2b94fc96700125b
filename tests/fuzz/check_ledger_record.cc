#include "base/check.h"
#include "fuzz/entry_points.h"
#include "model/ledger_record.h"

namespace fuzz {

void check_ledger_record(std::string_view bytes) {
  const auto record = model::parse_ledger_record(bytes);
  if (!record) {
    CHECK(!record.error().message.empty());
    return;
  }
  const std::string text = model::to_text(*record);
  const auto again = model::parse_ledger_record(text);
  CHECK(again == record);
  CHECK(model::to_text(*again) == text);
}

}  // namespace fuzz
