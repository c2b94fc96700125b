#include "app/answers.h"

#include <utility>

#include "base/json.h"

namespace app {
namespace {

net::Response with_type(int status, std::string type, std::string body) {
  net::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(type));
  // Browsers must neither guess another type nor keep what is true only now.
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

}  // namespace

net::Response answer(const base::json::object& content) {
  return with_type(200, "application/json", base::json::serialize(content) + "\n");
}

net::Response refusal(int status, std::string_view code, std::string_view message) {
  const base::json::object content{{"error", {{"code", code}, {"message", message}}}};
  return with_type(status, "application/json", base::json::serialize(content) + "\n");
}

net::Response plain_text(int status, std::string text) {
  return with_type(status, "text/plain; version=0.0.4; charset=utf-8", std::move(text));
}

}  // namespace app
