#include "app/config_reader.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "base/check.h"
#include "base/quote.h"

namespace app {
namespace {

using base::quote;

const toml::table kNoTable;

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a floating-point number";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

std::string listed(std::initializer_list<std::string_view> words) {
  std::string out;
  for (std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

std::string to_text(Range range) {
  return "an integer from " + std::to_string(range.least) + " to " + std::to_string(range.most);
}

// Insertions, deletions and replacements that make one word the other.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t k = 0; k < b.size(); ++k) {
      const size_t replaced = diagonal + (a[i] != b[k]);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k + 1] + 1, row[k] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::initializer_list<std::string_view> candidates) {
  constexpr size_t kMostEdits = 2;
  constexpr size_t kLongestWord = 64;  // No key comes near it, and the distance is quadratic.
  if (word.size() > kLongestWord) return std::nullopt;
  std::optional<std::string_view> best;
  size_t least = kMostEdits + 1;
  for (std::string_view candidate : candidates)
    if (const size_t edits = edit_distance(word, candidate); edits < least) {
      least = edits;
      best = candidate;
    }
  return best;
}

void Problems::add(const toml::source_position& at, std::string message) {
  // A table that is not in the file has no position: its absence is noted at the file's beginning.
  problems_.push_back({file_, std::max(1, static_cast<int>(at.line)),
                       std::max(1, static_cast<int>(at.column)), std::move(message)});
}

void Problems::add(const toml::source_position& at, std::string what, std::string_view allowed) {
  add(at, std::move(what) + "; allowed: " + std::string(allowed));
}

std::vector<Problem> Problems::in_order() && {
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return std::move(problems_);
}

TableReader::TableReader(const toml::table& table, std::string name,
                         std::initializer_list<std::string_view> keys, Problems& problems)
    : table_(table), name_(std::move(name)), problems_(problems) {
  for (const auto& [key, node] : table_)
    if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) note_unknown(key, keys);
}

void TableReader::note_unknown(const toml::key& key, std::initializer_list<std::string_view> keys) {
  std::string what = "unknown key " + quote(key.str()) + " in " + name_;
  if (const auto meant = nearest(key.str(), keys))
    what += " (did you mean \"" + std::string(*meant) + "\"?)";
  problems_.add(key.source().begin, std::move(what), listed(keys));
}

void TableReader::note_missing(std::string_view key, std::string_view allowed) {
  problems_.add(table_.source().begin, std::string(key) + " is missing from " + name_, allowed);
}

void TableReader::note_type(const toml::node& node, std::string_view subject,
                            std::string_view allowed) {
  problems_.add(node.source().begin, std::string(subject) + " is " + std::string(type_name(node)),
                allowed);
}

std::string TableReader::subject(std::string_view key) const {
  return std::string(key) + " in " + name_;
}

std::optional<std::string> TableReader::checked_text(const toml::node& node,
                                                     std::string_view subject, const Rule& rule) {
  const auto* text = node.as_string();
  if (!text) {
    note_type(node, subject, rule.allowed);
    return std::nullopt;
  }
  if (rule.accepts(text->get())) return text->get();
  problems_.add(node.source().begin,
                std::string(subject) + " is " +
                    (rule.is_secret ? "a text that cannot be used" : quote(text->get())),
                rule.allowed);
  return std::nullopt;
}

std::optional<std::string> TableReader::text(std::string_view key, const Rule& rule) {
  const toml::node* node = table_.get(key);
  return node ? checked_text(*node, subject(key), rule) : std::nullopt;
}

std::optional<std::string> TableReader::required_text(std::string_view key, const Rule& rule) {
  if (!table_.get(key)) note_missing(key, rule.allowed);
  return text(key, rule);
}

std::optional<int> TableReader::integer(std::string_view key, Range range) {
  const toml::node* node = table_.get(key);
  if (!node) return std::nullopt;
  const auto* number = node->as_integer();
  if (!number) {
    note_type(*node, subject(key), to_text(range));
    return std::nullopt;
  }
  const int64_t value = number->get();
  if (value >= range.least && value <= range.most) return static_cast<int>(value);
  reject(key, subject(key) + " is " + std::to_string(value), to_text(range));
  return std::nullopt;
}

std::optional<int> TableReader::required_integer(std::string_view key, Range range) {
  if (!table_.get(key)) note_missing(key, to_text(range));
  return integer(key, range);
}

std::vector<std::string> TableReader::required_texts(std::string_view key, const Rule& rule) {
  const std::string allowed = "an array of one or more, each " + std::string(rule.allowed);
  const toml::node* node = table_.get(key);
  if (!node) {
    note_missing(key, allowed);
    return {};
  }
  const toml::array* array = node->as_array();
  if (!array) note_type(*node, subject(key), allowed);
  if (array && array->empty()) reject(key, subject(key) + " is empty", allowed);
  std::vector<std::string> texts;
  std::set<std::string> seen;
  for (size_t i = 0; array && i < array->size(); ++i) {
    const auto text = checked_text((*array)[i], "an element of " + subject(key), rule);
    if (text && !seen.insert(*text).second)
      problems_.add((*array)[i].source().begin, quote(*text) + " is twice in " + subject(key),
                    "each one once");
    else if (text)
      texts.push_back(*text);
  }
  return texts;
}

std::vector<std::string> TableReader::texts(std::string_view key, const Rule& rule) {
  return table_.contains(key) ? required_texts(key, rule) : std::vector<std::string>();
}

std::optional<bool> TableReader::flag(std::string_view key) {
  const toml::node* node = table_.get(key);
  if (!node) return std::nullopt;
  const auto value = node->value_exact<bool>();
  if (!value) note_type(*node, subject(key), "true or false");
  return value;
}

const toml::table* TableReader::table(std::string_view key) {
  const toml::node* node = table_.get(key);
  if (!node) return &kNoTable;
  if (!node->is_table()) note_type(*node, key, "a table, written [" + std::string(key) + "]");
  return node->as_table();
}

std::vector<const toml::table*> TableReader::tables(std::string_view key,
                                                    std::string_view allowed) {
  const toml::node* node = table_.get(key);
  if (!node) return {};
  const toml::array* array = node->as_array();
  if (!array) note_type(*node, subject(key), allowed);
  std::vector<const toml::table*> found;
  for (size_t i = 0; array && i < array->size(); ++i) {
    const toml::node& element = (*array)[i];
    if (element.is_table())
      found.push_back(element.as_table());
    else
      note_type(element, "an element of " + subject(key), allowed);
  }
  return found;
}

void TableReader::reject(std::string_view key, std::string what, std::string_view allowed) {
  const toml::node* node = table_.get(key);
  CHECK(node);
  problems_.add(node->source().begin, std::move(what), allowed);
}

void TableReader::go_without(std::string_view key, const Lack& lack, std::string what,
                             std::string_view allowed) {
  if (!problems_.may_go_without()) return reject(key, std::move(what), allowed);
  std::string why = std::move(what) + "; allowed: " + std::string(allowed) +
                    "; until that is mended " + lack.meanwhile;
  problems_.add_lack({lack.site, {lack.group, lack.name, std::move(why)}});
}

int TableReader::line_of(std::string_view key) const {
  const toml::node* node = table_.get(key);
  CHECK(node);
  return static_cast<int>(node->source().begin.line);
}

base::Result<std::string> read_named_file(const Defaults& defaults, const std::string& path) {
  if (!defaults.read_file) return base::fail("NoFiles", "not here");
  return defaults.read_file(path);
}

}  // namespace app
