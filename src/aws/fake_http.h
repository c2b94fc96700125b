// FakeHttpClient: the answers of a function instead of a network. For tests only.
//
// Single-threaded. Answers at once, or, while `hold` is set, when `release` is called.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "net/client.h"

namespace aws {

class FakeHttpClient : public net::HttpClient {
 public:
  struct Sent {
    net::Endpoint endpoint;
    net::Request request;
    base::Duration timeout;
  };
  using Answer = std::function<base::Result<net::Response>(const Sent&)>;

  explicit FakeHttpClient(Answer how) : answer(std::move(how)) {}

  void send(const net::Endpoint& endpoint, net::Request request, base::Duration timeout,
            Done done) override {
    sent.push_back({endpoint, std::move(request), timeout});
    if (hold) {
      held_.emplace_back(sent.back(), std::move(done));
    } else {
      done(answer(sent.back()));
    }
  }

  void release() {
    for (auto& [request, done] : std::exchange(held_, {})) done(answer(request));
  }

  Answer answer;
  bool hold = false;
  std::vector<Sent> sent;

 private:
  std::vector<std::pair<Sent, Done>> held_;
};

// Always the same answer.
inline FakeHttpClient::Answer answering(int status, const std::string& body) {
  return [=](const FakeHttpClient::Sent&) { return net::Response{status, {}, body}; };
}

inline FakeHttpClient::Answer failing(const std::string& code, base::Retry retry) {
  return [=](const FakeHttpClient::Sent&) -> base::Result<net::Response> {
    return base::fail(code, "the fake network says so", retry);
  };
}

}  // namespace aws
