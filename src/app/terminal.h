// Terminal: the screen and the keyboard of a person, borrowed for as long as this lives.
//
// Draws on the alternate screen, so that what stood there before comes back at the end, as do the
// cursor and the keyboard's settings. Ctrl-C stays a signal. One at a time.
#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace app {

class Terminal {
 public:
  // True when standard output is one that can move its cursor.
  static bool is_there();

  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int width() const;
  int height() const;
  // Replaces what is shown by these lines.
  void show(std::string_view frame);
  // The next key, or nothing when none came within `most`.
  std::optional<char> key(base::Duration most);

 private:
  std::optional<termios> keyboard_;  // As it was; nothing when standard input is no terminal.
};

}  // namespace app
