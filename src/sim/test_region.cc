#include "sim/test_region.h"

#include "base/form.h"
#include "base/json.h"

namespace sim {
namespace {

void collect(const pugi::xml_node& node, const std::string& element,
             std::vector<std::string>& found) {
  for (const pugi::xml_node& child : node.children()) {
    if (element == child.name()) found.emplace_back(child.child_value());
    collect(child, element, found);
  }
}

}  // namespace

RegionOptions calm_options(uint64_t seed) {
  RegionOptions options;
  options.seed = seed;
  options.verify_signatures = false;
  options.market = MarketKind::kCalm;
  options.faults.inconsistent_per_mille = 0;
  options.faults.rebalance_per_mille = 0;
  options.faults.unwarned_per_mille = 0;
  options.faults.late_warning_per_mille = 0;
  return options;
}

std::vector<std::string> Reply::texts(const std::string& element) const {
  pugi::xml_document document;
  std::vector<std::string> found;
  if (document.load_string(body.c_str())) collect(document, element, found);
  return found;
}

std::string Reply::text(const std::string& element) const {
  const auto found = texts(element);
  return found.empty() ? std::string() : found.front();
}

std::string Reply::code() const {
  if (status < 300) return {};
  if (!body.starts_with("{")) return text("Code");
  const std::string type = base::json::text_or_empty(json(), "__type");
  return type.substr(type.rfind('#') + 1);
}

boost::json::object Reply::json() const {
  return base::json::parse_object(body).value_or(boost::json::object());
}

TestRegion::TestRegion(RegionOptions options)
    : region(std::move(options)), now(region.options().start) {}

Reply TestRegion::send(const net::Request& request) {
  const Handled handled = region.handle(request, now);
  return {handled.response.status, handled.response.body};
}

Reply TestRegion::query(const std::string& action, const std::string& version,
                        const Fields& fields) {
  base::Form form;
  form.add("Action", action);
  form.add("Version", version);
  for (const auto& [name, value] : fields) form.add(name, value);
  net::Request request;
  request.method = "POST";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = form.encode();
  return send(request);
}

Reply TestRegion::ec2(const std::string& action, const Fields& fields) {
  return query(action, "2016-11-15", fields);
}

Reply TestRegion::auto_scaling(const std::string& action, const Fields& fields) {
  return query(action, "2011-01-01", fields);
}

Reply TestRegion::elb(const std::string& action, const Fields& fields) {
  return query(action, "2015-12-01", fields);
}

Reply TestRegion::sqs_query(const std::string& action, const Fields& fields) {
  return query(action, "2012-11-05", fields);
}

Reply TestRegion::json(const std::string& target, const boost::json::object& in) {
  net::Request request;
  request.method = "POST";
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  request.headers.add("X-Amz-Target", target);
  request.body = base::json::serialize(in);
  return send(request);
}

Reply TestRegion::sqs(const std::string& action, const boost::json::object& in) {
  return json("AmazonSQS." + action, in);
}

Reply TestRegion::events(const std::string& action, const boost::json::object& in) {
  return json("AWSEvents." + action, in);
}

Reply TestRegion::s3(const std::string& method, const std::string& path, const std::string& body,
                     const Fields& headers) {
  net::Request request;
  request.method = method;
  const size_t mark = path.find('?');
  request.path = path.substr(0, mark);
  if (mark != std::string::npos) request.query = path.substr(mark + 1);
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  request.body = body;
  return send(request);
}

Reply TestRegion::control(const std::string& method, const std::string& path,
                          const std::string& body) {
  return s3(method, "/_sim/" + path, body);
}

Reply TestRegion::run(Fields extra) {
  const Scene& scene = region.default_scene();
  Fields fields = {{"LaunchTemplate.LaunchTemplateId", scene.launch_template.str()},
                   {"SubnetId", scene.subnets.front().id.str()},
                   {"InstanceMarketOptions.MarketType", "spot"}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  const auto has = [&](const std::string& name) {
    for (const auto& [key, value] : extra)
      if (key == name) return true;
    return false;
  };
  if (!has("MinCount")) fields.emplace_back("MinCount", "1");
  if (!has("MaxCount")) fields.emplace_back("MaxCount", "1");
  return ec2("RunInstances", fields);
}

std::vector<std::string> TestRegion::launch(int count, Fields extra) {
  extra.emplace_back("MinCount", "1");
  extra.emplace_back("MaxCount", std::to_string(count));
  return run(std::move(extra)).texts("instanceId");
}

void TestRegion::wait(base::Duration duration) {
  now = now + duration;
  region.advance(now);
}

std::string TestRegion::state_of(const std::string& id) {
  const Reply reply = ec2("DescribeInstances", {{"InstanceId.1", id}});
  return reply.status == 200 ? reply.text("name") : reply.code();
}

std::vector<boost::json::object> TestRegion::drain_queue() {
  std::vector<boost::json::object> bodies;
  const std::string& url = region.default_scene().queue_url;
  for (;;) {
    const auto reply =
        sqs("ReceiveMessage", {{"QueueUrl", url}, {"MaxNumberOfMessages", 10}}).json();
    const auto* messages = base::json::find_array(reply, "Messages");
    if (!messages) return bodies;
    for (const auto& message : *messages) {
      const auto& fields = message.as_object();
      bodies.push_back(*base::json::parse_object(base::json::text_or_empty(fields, "Body")));
      sqs("DeleteMessage", {{"QueueUrl", url}, {"ReceiptHandle", fields.at("ReceiptHandle")}});
    }
  }
}

std::vector<boost::json::object> TestRegion::notices(const std::string& detail_type) {
  std::vector<boost::json::object> wanted;
  for (auto& event : drain_queue())
    if (base::json::text_or_empty(event, "detail-type") == detail_type)
      wanted.push_back(std::move(event));
  return wanted;
}

}  // namespace sim
