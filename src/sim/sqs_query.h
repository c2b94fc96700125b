// The Query protocol of SQS, as older clients speak it, translated to and from the JSON operations.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/form.h"

namespace sim {

// `path` is the request's: older clients address the queue by it instead of QueueUrl.
boost::json::object sqs_query_to_json(const base::Form& form, std::string_view path);

// The inside of <ActionResult>.
std::string sqs_json_to_xml(std::string_view action, const boost::json::object& out);

// "QueueDoesNotExist" is "AWS.SimpleQueueService.NonExistentQueue" in the Query protocol.
std::string sqs_query_code(std::string_view json_code);

}  // namespace sim
