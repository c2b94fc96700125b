#include "app/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace app {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
// Cleared first: some terminals that were resized bring parts of it back.
constexpr std::string_view kLeave = "\x1b[H\x1b[2J\x1b[?25h\x1b[?1049l";

// A terminal that is gone takes nothing; the program ends by the signal that says so.
void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

winsize size_now() {
  winsize size{};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  if (size.ws_col == 0) size.ws_col = 80;
  if (size.ws_row == 0) size.ws_row = 24;
  return size;
}

}  // namespace

bool Terminal::is_there() {
  const char* const kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && kind && std::string_view(kind) != "dumb";
}

Terminal::Terminal() {
  write_all(kEnter);
  termios settings{};
  if (tcgetattr(STDIN_FILENO, &settings) != 0) return;
  keyboard_ = settings;
  settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  // A suspended demo would leave its screen behind.
  settings.c_cc[VSUSP] = _POSIX_VDISABLE;
  tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

Terminal::~Terminal() {
  if (keyboard_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &*keyboard_);
  write_all(kLeave);
}

int Terminal::width() const { return size_now().ws_col; }
int Terminal::height() const { return size_now().ws_row; }

void Terminal::show(std::string_view frame) {
  std::string text = "\x1b[H";
  for (const char c : frame) {
    if (c == '\n') text += "\x1b[K\r";
    text += c;
  }
  write_all(text + "\x1b[K\x1b[J");
}

std::optional<char> Terminal::key(base::Duration most) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const nfds_t count = keyboard_ ? 1 : 0;
  if (poll(&input, count, static_cast<int>(most.ms())) <= 0) return std::nullopt;
  char key = 0;
  if (read(STDIN_FILENO, &key, 1) == 1) return key;
  keyboard_.reset();  // It is gone: asking again would not wait.
  return std::nullopt;
}

}  // namespace app
