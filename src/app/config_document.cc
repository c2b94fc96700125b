#include "app/config_document.h"

#include <string>

#include "app/config_rules.h"
#include "app/stray_text.h"
#include "base/quote.h"

namespace app {
namespace {

// The line of the first bare run of dots and names that is longer than any key of ours. The parser
// recurses for each part. Quoted text and comments do not count.
std::optional<size_t> find_endless_key(std::string_view text) {
  constexpr int kMostParts = 16;
  size_t line = 1;
  int dots = 0;
  char quote = 0;  // The quote or "#" that we are inside of.
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      dots = 0;
      quote = 0;
    } else if (quote != 0) {
      if (c == quote && quote != '#') quote = 0;
    } else if (c == '"' || c == '\'' || c == '#') {
      quote = c;
    } else if (c == '=' || c == ',') {
      dots = 0;
    } else if (c == '.' && ++dots >= kMostParts) {
      return line;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<toml::table> parse_document(std::string_view text, Problems& problems) {
  if (text.size() > kMostConfigBytes) {
    problems.add({}, "the file has " + std::to_string(text.size()) + " bytes",
                 "at most " + std::to_string(kMostConfigBytes));
    return std::nullopt;
  }
  if (const auto stray = find_stray_character(text)) {
    problems.add({static_cast<toml::source_index>(stray->line),
                  static_cast<toml::source_index>(stray->column)},
                 "a character that is not ASCII, outside of quotes and comments", "ASCII");
    return std::nullopt;
  }
  if (const auto line = find_endless_key(text)) {
    problems.add({static_cast<toml::source_index>(*line), 1}, "a key of too many parts",
                 "at most 16");
    return std::nullopt;
  }
  toml::parse_result document = toml::parse(text);
  if (document) return std::move(document).table();
  const toml::parse_error& error = document.error();
  problems.add(error.source().begin, "not TOML: " + base::printable(error.description()));
  return std::nullopt;
}

std::optional<std::string> state_dir_in(const toml::table& document, const std::string& otherwise,
                                        Problems& problems) {
  const toml::node* keeper = document.get("keeper");
  if (!keeper) return otherwise;
  const toml::table* table = keeper->as_table();
  if (!table) {
    problems.add(keeper->source().begin, "keeper in the file is no table", "a table, [keeper]");
    return std::nullopt;
  }
  const toml::node* node = table->get("state_dir");
  if (!node) return otherwise;
  const toml::value<std::string>* text = node->as_string();
  if (text && kPath.accepts(text->get())) return text->get();
  problems.add(node->source().begin, "state_dir in [keeper] cannot be used", kPath.allowed);
  return std::nullopt;
}

}  // namespace app
