#include "app/ledger_probe.h"

#include <functional>
#include <string>

namespace app {
namespace {

using base::Result;
using model::LedgerVersion;

base::Status must_lose(const Result<LedgerVersion>& write, const std::string& condition) {
  if (write)
    return base::fail(kUnsafeLedger,
                      "the ledger's store took a write that its condition (" + condition +
                          ") forbids, so two keepers could commit two machines to one slot; keep "
                          "the ledger in AWS's S3, or in a store that honours If-Match and "
                          "If-None-Match");
  if (write.error().code == ports::kLedgerConflict) return {};
  return tl::unexpected(write.error());
}

// Fails with kLedgerConflict when somebody else wrote the object in between.
base::Status probe_once(const AskedLedger& ledger, const std::string& name,
                        const std::function<std::string()>& text) {
  ASSIGN_OR_RETURN(LedgerVersion first, ledger.read(name));
  if (!first.etag) {
    ASSIGN_OR_RETURN(first, ledger.write(name, std::nullopt, text()));
  }
  RETURN_IF_ERROR(must_lose(ledger.write(name, std::nullopt, text()), "If-None-Match: *"));
  ASSIGN_OR_RETURN(const LedgerVersion second, ledger.write(name, first.etag, text()));
  return must_lose(ledger.write(name, first.etag, text()), "If-Match of an older version");
}

}  // namespace

base::Status probe_conditions(const AskedLedger& ledger, const model::KeeperName& keeper,
                              uint64_t nonce) {
  // Each of them is made vain by a whole step of somebody else's probe, which has but three.
  constexpr int kMostAttempts = 5;
  // A version is a digest of the text in S3, so every text is another one.
  int texts = 0;
  const auto text = [&] {
    return "{\"check\":\"" + std::to_string(nonce) + "-" + std::to_string(++texts) + "\"}";
  };
  base::Status status;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    status = probe_once(ledger, "checks/" + keeper.str(), text);
    if (status || status.error().code != ports::kLedgerConflict) return status;
  }
  return status;
}

}  // namespace app
