// What the API says of things, as JSON: one shape each, for the keeper and for the command line.
//
// Names carry their units, times are ISO 8601 in UTC, what does not exist is null. Text from
// outside is printable ASCII by the time it is here, so that every answer is UTF-8.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "app/snapshot.h"
#include "engine/journal_records.h"
#include "market/price_summary.h"

namespace app {

// With the site's name when it has one.
boost::json::object labelled(boost::json::object object, const std::string& site);

boost::json::object summary_json(const GroupView& group);
boost::json::object detail_json(const GroupView& group);
boost::json::array pools_json(const GroupView& group);
boost::json::object to_json(const engine::JournaledIncident& incident);
boost::json::object to_json(const engine::JournaledEvent& event);
boost::json::object to_json(const engine::Quarantined& item);
// The on-demand price is null where nothing built in knows it: it does for us-east-2 only.
boost::json::object to_json(const market::PriceSummary& price);

}  // namespace app
