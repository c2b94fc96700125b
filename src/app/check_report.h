// CheckReport: what a check found, line by line, each beginning with its sign.
//
// ok and FAILED speak for themselves. A note is nothing wrong, and yet somebody should know. What
// was not tried is no ok: its sign is --, with the reason.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace app {

// What a check answers of a thing that it did not try; `why` ends the sentence "not tried, because
// ...".
tl::unexpected<base::Error> not_tried(const std::string& why);
bool is_not_tried(const base::Error& error);

class CheckReport {
 public:
  using Print = std::function<void(const std::string& line)>;

  // `site` begins what each line is about; empty when there is but one.
  CheckReport(std::string site, Print print) : site_(std::move(site)), print_(std::move(print)) {}

  // Credentials that AWS refuses are the end of the report: nothing else can be found with them.
  void add(const std::string& what, const base::Result<std::string>& found);
  void note(const std::string& what, const std::string& text) { say("note", what, text); }
  // Says that all that is left is not tried. What is added afterwards is not said.
  void end(const std::string& why);

  bool has_ended() const { return has_ended_; }
  bool is_fine() const { return is_fine_; }

 private:
  void say(std::string_view sign, const std::string& what, const std::string& text);

  const std::string site_;
  const Print print_;
  bool has_ended_ = false;
  bool is_fine_ = true;
};

}  // namespace app
