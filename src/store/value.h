// Value: one parameter of an SQL statement. Row: one row of its answer.
//
// A Value borrows the text it was made of: it lives inside one call of Database and no longer.
// Instants are whole milliseconds, ids are their text, an empty optional is NULL.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/id.h"
#include "base/time.h"

struct sqlite3_stmt;

namespace store {

// Bytes, as opposed to text.
struct Blob {
  std::string_view bytes;
};

class Value {
 public:
  using Content = std::variant<std::monostate, int64_t, std::string_view, Blob>;

  // NOLINTBEGIN(google-explicit-constructor): parameters are written as they are.
  template <std::integral T>
  Value(T number) : content_(static_cast<int64_t>(number)) {}
  Value(std::string_view text) : content_(text) {}
  Value(const std::string& text) : content_(std::string_view(text)) {}
  Value(const char* text) : content_(std::string_view(text)) {}
  Value(Blob blob) : content_(blob) {}
  Value(base::Instant t) : content_(t.unix_ms()) {}
  template <class Tag>
  Value(const base::Id<Tag>& id) : content_(std::string_view(id.str())) {}
  template <class T>
  Value(const std::optional<T>& value) {
    if (value) content_ = Value(*value).content_;
  }
  // NOLINTEND(google-explicit-constructor)

  const Content& content() const { return content_; }

 private:
  Content content_;
};

// Valid only inside the visit that it was handed to. Columns count from 0.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

  bool is_null(int column) const;
  int64_t integer(int column) const;
  std::string text(int column) const;  // Also a blob's bytes.
  base::Instant instant(int column) const;
  std::optional<base::Instant> optional_instant(int column) const;

 private:
  sqlite3_stmt* statement_;
};

}  // namespace store
