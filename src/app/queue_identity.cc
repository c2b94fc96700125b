#include "app/queue_identity.h"

#include <algorithm>
#include <vector>

#include "net/http.h"

namespace app {
namespace {

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return text;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (size_t end; (end = text.find(at)) != std::string_view::npos; text.remove_prefix(end + 1))
    parts.push_back(text.substr(0, end));
  parts.push_back(text);
  return parts;
}

bool has_only(std::string_view text, std::string_view letters) {
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

// "us-east-2", "us-gov-west-1": words, then a number.
bool is_region(std::string_view label) {
  const auto words = split(label, '-');
  return words.size() >= 3 && has_only(words.back(), "0123456789") &&
         std::all_of(words.begin(), words.end() - 1, [](std::string_view word) {
           return has_only(word, "abcdefghijklmnopqrstuvwxyz");
         });
}

bool is_of_aws(std::string_view host) {
  return host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn") ||
         host.ends_with(".api.aws");
}

// The oldest host of all names none: it was the only region.
std::string_view region_of(std::string_view host) {
  for (const std::string_view label : split(host, '.'))
    if (is_region(label)) return label;
  return host == "queue.amazonaws.com" ? "us-east-1" : "";
}

}  // namespace

std::string queue_identity(std::string_view url) {
  const auto endpoint = net::parse_endpoint(url);
  if (!endpoint) return std::string(url);
  const std::string host = lowered(endpoint->host);
  const std::string_view region = is_of_aws(host) ? region_of(host) : "";
  if (!region.empty()) return std::string(region) + endpoint->base_path;
  return host + ":" + std::to_string(endpoint->port) + endpoint->base_path;
}

}  // namespace app
