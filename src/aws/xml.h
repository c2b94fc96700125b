// Reading AWS's XML answers: what must be there is asked for with a Result, the rest with a
// default.
//
// Include this only from .cc files: it brings pugixml.
#pragma once

#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace aws::xml {

// The document, if it is whole and its root has that name.
base::Result<pugi::xml_document> parse(std::string_view body, const std::string& root);

// The child with that name: AWS sends empty lists as empty elements, so a list that is missing is
// an answer that cannot be trusted.
base::Result<pugi::xml_node> required(pugi::xml_node parent, const char* name);
base::Result<std::string> required_text(pugi::xml_node parent, const char* path);
base::Result<int64_t> required_int(pugi::xml_node parent, const char* path);
base::Result<base::Instant> required_time(pugi::xml_node parent, const char* path);

// "" when there is none. `path` has steps: "placement/availabilityZone".
std::string text(pugi::xml_node parent, const char* path);

}  // namespace aws::xml
