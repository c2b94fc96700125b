#include "aws/command_credentials.h"

#include <utility>

#include "aws/credentials_json.h"
#include "aws/refreshing_credentials.h"
#include "aws/shell_words.h"
#include "base/json.h"
#include "base/quote.h"

namespace aws {
namespace {

constexpr int64_t kVersion = 1;  // The only one that there is.

base::Result<net::Credentials> read(const std::string& who,
                                    const base::Result<std::string>& output) {
  if (!output) return tl::unexpected(no_credentials(who + " failed: " + output.error().message));
  const auto document = base::json::parse_object(*output);
  if (document && base::json::find_int(*document, "Version") != kVersion)
    return tl::unexpected(no_credentials("the output of " + who + " is not of Version 1"));
  return parse_credentials("the output of " + who, *output, "SessionToken");
}

}  // namespace

ProviderResult make_command_credentials(const CredentialsContext& context,
                                        const std::string& profile, const std::string& command) {
  const std::string who = "credential_process of the profile " + base::quote(profile);
  auto argv = split_words(command);
  if (!argv || argv->empty())
    return base::fail("InvalidCredentials",
                      who + " is no command: a quote is open, or nothing is in it");
  return std::make_unique<RefreshingCredentials>(
      [run = context.run, argv = *std::move(argv), who](CredentialsProvider::Done done) {
        run(argv, [who, done = std::move(done)](const base::Result<std::string>& output) {
          done(read(who, output));
        });
      },
      context.clock);
}

}  // namespace aws
