#include "aws/s3_ledger.h"

#include "aws/answer.h"
#include "base/form.h"

namespace aws {
namespace {

using base::Result;
using base::Retry;

// A record is some kilobytes; S3 answers in tens of milliseconds. A write is given longer, because
// giving up on one leaves its outcome unknown; but it must end before a launch's submit_before (20
// s).
constexpr base::Duration kReadTimeout = base::Duration::seconds(10);
constexpr base::Duration kWriteTimeout = base::Duration::seconds(15);

Result<model::LedgerVersion> version_of(const net::Response& response, std::string record) {
  const std::string* etag = response.headers.find("ETag");
  if (!etag || etag->empty()) return malformed("S3 answers without an ETag");
  return model::LedgerVersion{*etag, std::move(record)};
}

Result<model::LedgerVersion> read_answer(const Result<net::Response>& response) {
  if (!response) {
    if (response.error().code == "NoSuchKey") return model::LedgerVersion{};
    return tl::unexpected(response.error());
  }
  auto version = version_of(*response, response->body);
  if (!version) return tl::unexpected(judge(version.error(), model::Effect::kRead));
  return version;
}

tl::unexpected<base::Error> conflict(const base::Error& cause, Retry retry) {
  return base::fail(ports::kLedgerConflict, cause.code + ": " + cause.message, retry);
}

Result<model::LedgerVersion> write_answer(const Result<net::Response>& response) {
  if (!response) {
    const std::string& code = response.error().code;
    // NoSuchKey: a version was expected and the record is gone. Http412: S3's likes answer without
    // a body.
    if (code == "PreconditionFailed" || code == "NoSuchKey" || code == http_code(412))
      return conflict(response.error(), Retry::kNever);
    // Two writes at the same moment; this one wrote nothing.
    if (code == "ConditionalRequestConflict") return conflict(response.error(), Retry::kBackoff);
    return tl::unexpected(response.error());
  }
  auto version = version_of(*response, {});
  if (!version) return tl::unexpected(judge(version.error(), model::Effect::kMutate));
  return version;
}

class S3Ledger : public ports::Ledger {
 public:
  S3Ledger(SignedClient& client, const Endpoints& endpoints, S3Location location,
           const ports::Clock& clock, ports::CompletionSink sink)
      : client_(client),
        endpoint_(endpoints.of("s3")),
        location_(std::move(location)),
        clock_(clock),
        sink_(std::move(sink)) {
    // A dot in the bucket's name would not fit the wildcard of S3's certificate.
    if (endpoints.is_custom() || location_.bucket.find('.') != std::string::npos) {
      endpoint_.base_path += "/" + location_.bucket;
    } else {
      endpoint_.host = location_.bucket + "." + endpoint_.host;
    }
  }

  void read(model::CallId id, model::LedgerRead wanted) override {
    send(id, {"s3", endpoint_, request("GET", wanted.group), kReadTimeout, model::Effect::kRead},
         read_answer);
  }

  void compare_and_set(model::CallId id, model::LedgerWrite write) override {
    net::Request put = request("PUT", write.group);
    if (write.expected) {
      put.headers.add("If-Match", *write.expected);
    } else {
      put.headers.add("If-None-Match", "*");
    }
    put.headers.add("Content-Type", "application/json");
    put.body = std::move(write.record);
    send(id, {"s3", endpoint_, std::move(put), kWriteTimeout, model::Effect::kMutate},
         write_answer);
  }

 private:
  using AnswerReader = Result<model::LedgerVersion> (*)(const Result<net::Response>&);

  net::Request request(const char* method, const model::GroupName& group) const {
    const std::string folder = location_.prefix.empty() ? "/" : "/" + location_.prefix + "/";
    net::Request request;
    request.method = method;
    request.path = endpoint_.base_path + base::percent_encode_path(folder + group.str() + ".json");
    request.headers.add("Host", endpoint_.authority());
    return request;
  }

  void send(model::CallId id, Attempt attempt, AnswerReader read_answer_of) {
    const base::Instant began = clock_.now();
    client_.send(std::move(attempt), [id, began, read_answer_of, sink = sink_,
                                      clock = &clock_](const Result<net::Response>& response) {
      Result<model::LedgerVersion> version = read_answer_of(response);
      if (version) {
        sink({id, began, clock->now(), model::Reply(*std::move(version))});
      } else {
        sink({id, began, clock->now(), tl::unexpected(std::move(version).error())});
      }
    });
  }

  SignedClient& client_;
  net::Endpoint endpoint_;
  const S3Location location_;
  const ports::Clock& clock_;
  const ports::CompletionSink sink_;
};

}  // namespace

std::unique_ptr<ports::Ledger> make_s3_ledger(SignedClient& client, const Endpoints& endpoints,
                                              S3Location location, const ports::Clock& clock,
                                              ports::CompletionSink sink) {
  return std::make_unique<S3Ledger>(client, endpoints, std::move(location), clock, std::move(sink));
}

}  // namespace aws
