#include "app/check_report.h"

#include "app/config.h"
#include "base/quote.h"
#include "model/aws_error.h"

namespace app {
namespace {

constexpr char kNotTried[] = "NotTried";
constexpr size_t kSignWidth = 8;  // With the space after it.

}  // namespace

tl::unexpected<base::Error> not_tried(const std::string& why) {
  return base::fail(kNotTried, "not tried, because " + why);
}

bool is_not_tried(const base::Error& error) { return error.code == kNotTried; }

void CheckReport::add(const std::string& what, const base::Result<std::string>& found) {
  if (found) return say("ok", what, *found);
  const base::Error& error = found.error();
  if (is_not_tried(error)) return say("--", what, error.message);
  say("FAILED", what, base::to_string(error));
  is_fine_ = false;
  if (model::is_credentials_refused(error.code)) end("AWS refuses the credentials");
}

void CheckReport::end(const std::string& why) {
  say("--", "all else", not_tried(why).value().message);
  has_ended_ = true;
}

void CheckReport::say(std::string_view sign, const std::string& what, const std::string& text) {
  if (has_ended_) return;
  std::string line(sign);
  line.resize(kSignWidth, ' ');
  print_(line + of_site(site_, what) + ": " + base::printable(text));
}

}  // namespace app
