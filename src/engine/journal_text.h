// The text forms in which the journal keeps notices and incidents (JSON; docs/formats.md).
//
// Written and read by the journal alone; a text that cannot be read is "JournalMalformed".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/incident.h"
#include "model/notice.h"

namespace engine {

std::string to_text(const model::Notice& notice);
base::Result<model::Notice> parse_notice(std::string_view text);

// Without the timeline, which has a table of its own.
std::string to_text(const model::Incident& incident);
base::Result<model::Incident> parse_incident(std::string_view text);

}  // namespace engine
