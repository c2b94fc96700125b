// What the sources of credentials work with.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "aws/endpoints.h"
#include "net/client.h"
#include "ports/clock.h"

namespace aws {

// Runs a program without a shell, for as long and with as much output as its owner allows, and
// gives what it wrote to its standard output. `done` runs exactly once, from any thread.
using RunCommand = std::function<void(std::vector<std::string> argv,
                                      std::function<void(base::Result<std::string>)> done)>;

// Everything here outlives the providers that are made with it, except the two clients: they must
// be destroyed before the providers, and `local_http` first, because its callbacks send with `http`
// (and so do those of `run`).
struct CredentialsContext {
  Environment environment;
  std::string profile;       // Named by the configuration; empty: AWS_PROFILE, else "default".
  std::string session_name;  // Of a role that is assumed and names none.
  net::HttpClient& http;
  net::HttpClient& local_http;  // Without a proxy: metadata is link-local.
  const ports::Clock& clock;
  const Endpoints& endpoints;
  RunCommand run;
};

using ProviderResult = base::Result<std::unique_ptr<CredentialsProvider>>;

}  // namespace aws
