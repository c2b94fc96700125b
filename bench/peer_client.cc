#include "peer_client.h"

#include <utility>

#include "base/check.h"

namespace bench {

PeerClient::PeerClient(Arena& arena, const std::string& name)
    : clock_(arena.timeline(), base::Duration()) {
  const sim::Scene& scene = arena.region().default_scene();
  credentials_ =
      aws::make_static_credentials({scene.access_key, scene.secret_key, {}, std::nullopt});
  http_ = std::make_unique<sim::VirtualHttp>(
      sim::HostNetwork{name, arena.timeline(), arena.region(), arena.network(), partitioned_,
                       arena.hook()},
      base::Prng(11));
  client_ = std::make_unique<aws::SignedClient>(*http_, *credentials_, clock_, scene.region);
  const auto endpoints = aws::Endpoints::make(scene.region, scene.endpoint_url);
  CHECK(endpoints);
  cloud_ = aws::make_aws_cloud(*client_, *endpoints, clock_,
                               [this](const model::CallCompleted& completed) {
                                 const auto found = waiting_.find(completed.id);
                                 CHECK(found != waiting_.end());
                                 const Done done = std::move(found->second);
                                 waiting_.erase(found);
                                 done(completed.result);
                               });
  queue_ = aws::make_sqs_queue(*client_, *endpoints, arena.region().add_queue(name));
}

void PeerClient::call(model::Call call, Done done) {
  const model::CallId id{++last_id_};
  waiting_.emplace(id, std::move(done));
  cloud_->submit(id, std::move(call));
}

}  // namespace bench
