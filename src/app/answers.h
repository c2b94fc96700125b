// The two forms of an API answer, and what every answer carries.
#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>

#include "net/http.h"

namespace app {

inline constexpr char kApiRoot[] = "/api/v1/";

net::Response answer(const boost::json::object& content);
// {"error": {"code", "message"}}
net::Response refusal(int status, std::string_view code, std::string_view message);
net::Response plain_text(int status, std::string text);

}  // namespace app
