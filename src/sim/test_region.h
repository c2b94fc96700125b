// A region for tests, driven by requests as a client would send them, and its answers as XML or
// JSON.
#pragma once

#include <boost/json.hpp>
#include <pugixml.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/region.h"

namespace sim {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Calm, unsigned, consistent: a test adds only the trouble that it is about.
RegionOptions calm_options(uint64_t seed = 1);

struct Reply {
  int status = 0;
  std::string body;

  // The text of the first element of that name; "" when there is none.
  std::string text(const std::string& element) const;
  std::vector<std::string> texts(const std::string& element) const;
  // AWS's error code; "" when the call succeeded.
  std::string code() const;
  boost::json::object json() const;
};

class TestRegion {
 public:
  explicit TestRegion(RegionOptions options = calm_options());

  Reply ec2(const std::string& action, const Fields& fields = {});
  Reply auto_scaling(const std::string& action, const Fields& fields = {});
  Reply elb(const std::string& action, const Fields& fields = {});
  Reply sqs_query(const std::string& action, const Fields& fields = {});
  Reply sqs(const std::string& action, const boost::json::object& in);
  Reply events(const std::string& action, const boost::json::object& in);
  Reply s3(const std::string& method, const std::string& path, const std::string& body = {},
           const Fields& headers = {});
  Reply control(const std::string& method, const std::string& path, const std::string& body = {});

  // A Spot launch in the scene's first subnet; the ids that came.
  std::vector<std::string> launch(int count = 1, Fields extra = {});
  Reply run(Fields extra = {});

  void wait(base::Duration duration);
  std::string state_of(const std::string& id);
  // The bodies now in the scene's queue, taken out.
  std::vector<boost::json::object> drain_queue();
  std::vector<boost::json::object> notices(const std::string& detail_type);

  Region region;
  base::Instant now;

 private:
  Reply query(const std::string& action, const std::string& version, const Fields& fields);
  Reply json(const std::string& target, const boost::json::object& in);
  Reply send(const net::Request& request);
};

}  // namespace sim
