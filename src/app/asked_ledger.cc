#include "app/asked_ledger.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "app/awaited.h"
#include "app/state_folder.h"
#include "aws/s3_ledger.h"
#include "base/quote.h"
#include "engine/journal_schema.h"
#include "engine/local_ledger.h"

namespace app {

std::unique_ptr<ports::Ledger> open_ledger(const SiteConfig& site, AwsAccess& aws,
                                           store::Database& database, const ports::Clock& clock,
                                           ports::CompletionSink sink) {
  if (!site.ledger) return std::make_unique<engine::LocalLedger>(database, clock, std::move(sink));
  return aws::make_s3_ledger(aws.ledger_client(), aws.ledger_endpoints(),
                             {site.ledger->bucket, site.ledger->prefix}, clock, std::move(sink));
}

base::Result<std::unique_ptr<store::Database>> open_ledger_file(const Config& config,
                                                                const SiteConfig& site) {
  const std::string path = journal_path(config.keeper.state_dir, site.name);
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (error)
    return base::fail("StateFolder", "cannot look at " + base::quote(path) + " (" +
                                         error.message() + "); ask as the keeper's user");
  if (exists) return store::Database::open(path, {.access = store::Access::kReadOnly});
  ASSIGN_OR_RETURN(auto empty, store::Database::open(":memory:"));
  RETURN_IF_ERROR(engine::migrate_journal(*empty));
  return empty;
}

base::Result<model::LedgerVersion> AskedLedger::ask(
    const std::function<void(ports::Ledger&)>& question) const {
  // Shared with the sink, which may still be running when the answer has been taken.
  const auto answer = std::make_shared<Awaited<model::Reply>>();
  const auto ledger =
      open_([answer](model::CallCompleted completed) { answer->set(std::move(completed.result)); });
  question(*ledger);
  ASSIGN_OR_RETURN(model::Reply reply, answer->wait(stop_));
  return std::get<model::LedgerVersion>(std::move(reply));
}

base::Result<model::LedgerVersion> AskedLedger::read(const std::string& name) const {
  return ask([&](ports::Ledger& ledger) { ledger.read({1}, {model::GroupName(name)}); });
}

base::Result<model::LedgerVersion> AskedLedger::write(const std::string& name,
                                                      std::optional<std::string> expected,
                                                      std::string text) const {
  return ask([&](ports::Ledger& ledger) {
    ledger.compare_and_set({1}, {model::GroupName(name), std::move(expected), std::move(text)});
  });
}

}  // namespace app
