// The ledger that a configuration names, and one whose calls answer like functions.
//
// AskedLedger is for start-up, the command line and threads of their own; never for a callback or
// the loop's thread, as every call waits for its answer. One that is to wait no longer fails with
// kStopped (awaited.h); what it asked for may still happen. It may be asked from several threads
// when the ledger that `open` makes may.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "app/aws_access.h"
#include "app/config.h"
#include "ports/cloud.h"
#include "ports/ledger.h"
#include "store/database.h"

namespace app {

// In S3, or in `database`, as the configuration says. All that is given outlives the ledger.
std::unique_ptr<ports::Ledger> open_ledger(const SiteConfig& site, AwsAccess& aws,
                                           store::Database& database, const ports::Clock& clock,
                                           ports::CompletionSink sink);

// The journal's own file, to read; or an empty one in memory where no keeper has been yet.
base::Result<std::unique_ptr<store::Database>> open_ledger_file(const Config& config,
                                                                const SiteConfig& site);

class AskedLedger {
 public:
  using Open = std::function<std::unique_ptr<ports::Ledger>(ports::CompletionSink)>;

  explicit AskedLedger(Open open, std::stop_token stop = {})
      : open_(std::move(open)), stop_(std::move(stop)) {}

  // `name` is a group's, or anything else that may stand where a group's record does.
  base::Result<model::LedgerVersion> read(const std::string& name) const;
  base::Result<model::LedgerVersion> write(const std::string& name,
                                           std::optional<std::string> expected,
                                           std::string text) const;

 private:
  base::Result<model::LedgerVersion> ask(const std::function<void(ports::Ledger&)>& question) const;

  Open open_;
  std::stop_token stop_;
};

}  // namespace app
