// TableReader: one table of a TOML document, read key by key, every mistake noted with its place.
//
// Nothing stops at a mistake: what cannot be read is noted in Problems and comes back as nothing,
// and the caller reads on. A reader is made with all keys that its table may have; any other is
// noted at once. Include this only from the sources that read the configuration: it brings all of
// toml++.
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// The configuration nests four deep; the parser recurses once per level.
#define TOML_MAX_NESTED_VALUES 16
// toml++ 3.3 asserts that a table's header begins with a key before it has looked, and reports an
// error right after; "[=]" in a file must not abort us. (Under NDEBUG it would even assume it.)
#define TOML_ASSERT(condition) static_assert(true)
#ifdef NDEBUG
#error "assertions of toml++ would become assumptions: build without NDEBUG"
#endif
#include <toml++/toml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "app/config_rules.h"
#include "base/result.h"

namespace app {

class Problems {
 public:
  explicit Problems(std::string_view file, Unreadable unreadable = Unreadable::kRefused)
      : file_(file), unreadable_(unreadable) {}

  void add(const toml::source_position& at, std::string message);
  void add(const toml::source_position& at, std::string what, std::string_view allowed);
  bool empty() const { return problems_.empty(); }
  std::vector<Problem> in_order() &&;  // Of the file.

  bool may_go_without() const { return unreadable_ == Unreadable::kGoneWithout; }
  void add_lack(SiteTrouble lack) { lacks_.push_back(std::move(lack)); }
  const std::vector<SiteTrouble>& lacks() const { return lacks_; }

 private:
  std::string file_;
  Unreadable unreadable_;
  std::vector<Problem> problems_;
  std::vector<SiteTrouble> lacks_;
};

// What going without a file means.
struct Lack {
  std::string site;        // Empty: for every one.
  model::GroupName group;  // Empty: for all.
  std::string name;        // Of the trouble.
  std::string meanwhile;   // "the bands that are built in count"
};

struct Range {
  int least;
  int most;
};

class TableReader {
 public:
  // `name` is what the table is called in problems: "[aws]". The table and `problems` outlive this.
  TableReader(const toml::table& table, std::string name,
              std::initializer_list<std::string_view> keys, Problems& problems);

  // Nothing when the key is absent or its value is noted as a problem.
  std::optional<std::string> text(std::string_view key, const Rule& rule);
  std::optional<int> integer(std::string_view key, Range range);
  std::optional<bool> flag(std::string_view key);
  // As above, but an absent key is a problem too.
  std::optional<std::string> required_text(std::string_view key, const Rule& rule);
  std::optional<int> required_integer(std::string_view key, Range range);
  // A list that must be there: at least one text, no two alike.
  std::vector<std::string> required_texts(std::string_view key, const Rule& rule);
  // The same, but the list may be left out.
  std::vector<std::string> texts(std::string_view key, const Rule& rule);

  // The table of that key; an empty one when the key is absent, null when it is something else.
  const toml::table* table(std::string_view key);
  // The tables of that key's array; `allowed` says how to write them.
  std::vector<const toml::table*> tables(std::string_view key, std::string_view allowed);

  // Notes what only the caller can see about the value of a key that is there.
  void reject(std::string_view key, std::string what, std::string_view allowed);
  // The same of a file that is named there: see Unreadable.
  void go_without(std::string_view key, const Lack& lack, std::string what,
                  std::string_view allowed);
  int line_of(std::string_view key) const;

 private:
  void note_unknown(const toml::key& key, std::initializer_list<std::string_view> keys);
  void note_missing(std::string_view key, std::string_view allowed);
  void note_type(const toml::node& node, std::string_view subject, std::string_view allowed);
  std::optional<std::string> checked_text(const toml::node& node, std::string_view subject,
                                          const Rule& rule);
  std::string subject(std::string_view key) const;  // "region in [aws]"

  const toml::table& table_;
  std::string name_;
  Problems& problems_;
};

// A file that the configuration names.
base::Result<std::string> read_named_file(const Defaults& defaults, const std::string& path);

// The candidate that differs from `word` by at most two edits, the nearest one; or nothing.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::initializer_list<std::string_view> candidates);

}  // namespace app
