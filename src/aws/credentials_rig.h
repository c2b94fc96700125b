// What the tests of credentials share: a host with an environment, files, a clock, and two networks
// that are functions. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "aws/credential_chain.h"
#include "aws/fake_clock.h"
#include "aws/fake_http.h"

namespace aws {

using CredentialsResult = base::Result<net::Credentials>;

// The answer of a provider that answers at once.
inline CredentialsResult now_from(CredentialsProvider& provider) {
  CredentialsResult answer = base::fail("NotCalled", "");
  provider.get([&](CredentialsResult credentials) { answer = std::move(credentials); });
  return answer;
}

class CredentialsRig : public testing::Test {
 protected:
  void TearDown() override {
    for (const std::string& path : written_) std::remove(path.c_str());
  }

  // A file with that text, which the variable names.
  std::string write(const std::string& variable, const std::string& text) {
    const std::string path = testing::TempDir() + "spotkeeper_" + variable;
    std::ofstream(path) << text;
    written_.push_back(path);
    variables[variable] = path;
    return path;
  }

  CredentialsContext context() {
    return {[this](const char* name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              if (found == variables.end()) return std::nullopt;
              return found->second;
            },
            profile,
            "spotkeeper-tests",
            http,
            local_http,
            clock,
            endpoints,
            [this](const std::vector<std::string>& argv, const auto& done) {
              commands.push_back(argv);
              done(command_output);
            }};
  }

  // The key that the chain finds, or the sentence of its failure.
  std::string key_found() {
    const auto found = find_credentials(context());
    if (!found) return found.error().message;
    origin = found->origin;
    const auto credentials = now_from(*found->provider);
    return credentials ? credentials->access_key : credentials.error().message;
  }

  FakeHttpClient http{failing("Refused", base::Retry::kReconnect)};
  FakeHttpClient local_http{failing("Refused", base::Retry::kReconnect)};
  FakeClock clock;
  Endpoints endpoints = *Endpoints::make("us-east-2", "");
  std::map<std::string, std::string> variables;
  std::string profile;
  std::string origin;  // Of what key_found() found.
  base::Result<std::string> command_output = base::fail("CommandFailed", "it ended with code 1");
  std::vector<std::vector<std::string>> commands;  // That were run.

 private:
  std::vector<std::string> written_;
};

}  // namespace aws
