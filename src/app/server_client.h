// ServerClient: whom a command asks: a running keeper, or the folder that one has left.
//
// Asked in this order: --server; SPOTKEEPER_SERVER, unless a file or a folder is named; the keeper
// that holds the state folder, at the address it wrote there; the journal in the folder, read-only,
// for what it can answer alone; and, when there is no such folder to read, the default address.
#pragma once

#include <memory>
#include <string>

#include "aws/credentials.h"
#include "base/form.h"
#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace app {

// An injected event waits for the disk; everything else is answered from memory or one query.
inline constexpr base::Duration kAnswerTime = base::Duration::seconds(30);

struct ServerOptions {
  std::string server;
  std::string config;     // Only its state_dir counts here.
  std::string state_dir;  // Instead of the one in the file.
};

class ServerClient {
 public:
  static base::Result<std::unique_ptr<ServerClient>> open(const ServerOptions& options,
                                                          const aws::Environment& environment,
                                                          base::Duration timeout = kAnswerTime);
  virtual ~ServerClient() = default;

  // The answer's JSON. A refusal is an error with the API's own code and message; kUnknownOutcome
  // says that the keeper was asked and did not answer: what was posted may still be carried out.
  base::Result<std::string> get(std::string path, const base::Form& query = {});
  base::Result<std::string> post(std::string path, std::string body, const base::Form& query = {});

 private:
  virtual base::Result<net::Response> send(net::Request request) = 0;
};

}  // namespace app
