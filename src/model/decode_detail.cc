#include "model/decode_detail.h"

#include "base/quote.h"
#include "model/instance.h"

namespace model::decoding {

tl::unexpected<base::Error> malformed(std::string message) {
  return base::fail("MalformedEvent", std::move(message));
}

base::Result<std::string> required(const json::object& object, std::string_view path) {
  // npos + 1 is 0: no point, the whole path is the key.
  auto text = json::find_string(object, path.substr(path.rfind('.') + 1));
  if (!text) return malformed(std::string(path) + " is missing");
  return *std::move(text);
}

base::Status add_instance(std::string_view text, std::string_view where, Notice& notice) {
  if (!is_instance_id(text))
    return malformed(std::string(where) + " is " + base::quote(text) +
                     "; allowed: i- and 8 or 17 hexadecimal digits");
  notice.instances.emplace_back(text);
  return {};
}

void name_if_instance(std::string_view text, Notice& notice) {
  if (const size_t slash = text.rfind('/'); slash != std::string_view::npos)
    text.remove_prefix(slash + 1);
  if (is_instance_id(text)) notice.instances.emplace_back(text);
}

bool is_spot_request_id(std::string_view text) {
  return text.size() > 4 && text.size() <= 36 && text.starts_with("sir-") &&
         text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz", 4) == text.npos;
}

}  // namespace model::decoding
