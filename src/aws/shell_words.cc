#include "aws/shell_words.h"

namespace aws {
namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view line) : rest_(line) {}

  std::optional<std::vector<std::string>> run() {
    while (!rest_.empty())
      if (!step(take())) return std::nullopt;
    end_word();
    return std::move(words_);
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool step(char c) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      end_word();
      return true;
    }
    is_open_ = true;  // Even '' is a word.
    if (c == '\'' || c == '"') return take_quoted(c);
    if (c != '\\') return add(c);
    return !rest_.empty() && add(take());
  }

  // Within "…" a backslash is one unless it hides a quote or a backslash; within '…' it always is.
  bool take_quoted(char quote) {
    while (!rest_.empty()) {
      char c = take();
      if (c == quote) return true;
      const bool hides = quote == '"' && c == '\\' && !rest_.empty() &&
                         (rest_.front() == '"' || rest_.front() == '\\');
      add(hides ? take() : c);
    }
    return false;
  }

  bool add(char c) {
    word_ += c;
    return true;
  }

  void end_word() {
    if (is_open_) words_.push_back(std::move(word_));
    word_.clear();
    is_open_ = false;
  }

  std::string_view rest_;
  std::string word_;
  bool is_open_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view line) {
  return Splitter(line).run();
}

}  // namespace aws
