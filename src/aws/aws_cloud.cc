#include "aws/aws_cloud.h"

#include "aws/codec.h"
#include "base/check.h"

namespace aws {
namespace {

// A page of 1,000 instances takes EC2 about 2 s. A read that takes five times that is better asked
// again than waited for.
constexpr base::Duration kReadTimeout = base::Duration::seconds(10);

// RunInstances takes 2 to 5 s, more under load. Giving up too soon turns an answer into an unknown
// outcome, which costs a search; but it must end before the ledger's submit_before (20 s).
constexpr base::Duration kMutatingTimeout = base::Duration::seconds(15);

base::Duration timeout_of(model::Effect effect) {
  return effect == model::Effect::kMutate ? kMutatingTimeout : kReadTimeout;
}

class AwsCloud : public ports::Cloud {
 public:
  AwsCloud(SignedClient& client, Endpoints endpoints, const ports::Clock& clock,
           ports::CompletionSink sink)
      : client_(client), endpoints_(std::move(endpoints)), clock_(clock), sink_(std::move(sink)) {}

  void submit(model::CallId id, model::Call call) override {
    CHECK(!model::is_ledger(call));
    const base::Instant began = clock_.now();
    Attempt attempt = attempt_at(call);
    client_.send(std::move(attempt),
                 [id, began, call = std::move(call), sink = sink_,
                  clock = &clock_](const base::Result<net::Response>& response) {
                   sink({id, began, clock->now(), reply_to(call, response)});
                 });
  }

 private:
  Attempt attempt_at(const model::Call& call) const {
    const std::string service(service_of(call));
    const net::Endpoint endpoint = endpoints_.of(service);
    const model::Effect effect = model::effect_of(call);
    return {service, endpoint, encode(call, endpoint), timeout_of(effect), effect};
  }

  static base::Result<model::Reply> reply_to(const model::Call& call,
                                             const base::Result<net::Response>& response) {
    const std::string action(model::action_of(call));
    if (!response) return tl::unexpected(base::within(action, response.error()));
    auto reply = decode(call, *response);
    if (!reply) return tl::unexpected(base::within(action, std::move(reply).error()));
    return reply;
  }

  SignedClient& client_;
  const Endpoints endpoints_;
  const ports::Clock& clock_;
  const ports::CompletionSink sink_;
};

}  // namespace

std::unique_ptr<ports::Cloud> make_aws_cloud(SignedClient& client, Endpoints endpoints,
                                             const ports::Clock& clock,
                                             ports::CompletionSink sink) {
  return std::make_unique<AwsCloud>(client, std::move(endpoints), clock, std::move(sink));
}

}  // namespace aws
