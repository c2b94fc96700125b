#include "app/table.h"

#include <algorithm>

#include "base/json.h"
#include "base/quote.h"

namespace app {
namespace {

using base::json::array;
using base::json::object;
using base::json::value;

std::string cell_text(const value& cell) {
  if (cell.is_null()) return {};
  if (cell.is_string()) return base::printable(cell.get_string());
  if (!cell.is_array()) return base::json::serialize(cell);
  std::string joined;
  for (const value& part : cell.get_array()) {
    if (!joined.empty()) joined += ' ';
    joined += cell_text(part);
  }
  return joined;
}

std::string cell_of(const value& row, const Column& column) {
  const object* members = row.if_object();
  const value* cell = members ? members->if_contains(column.key) : nullptr;
  return cell ? cell_text(*cell) : std::string();
}

bool has(const value& row, const Column& column) {
  const object* members = row.if_object();
  return members && members->contains(column.key);
}

Columns shown_columns(const array& rows, const Columns& columns) {
  Columns shown;
  for (const Column& column : columns)
    if (column.shown == Shown::kAlways ||
        std::any_of(rows.begin(), rows.end(), [&](const value& row) { return has(row, column); }))
      shown.push_back(column);
  return shown;
}

std::string heading_of(const Column& column) {
  std::string heading(column.key);
  for (char& c : heading) c = c == '_' ? ' ' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return heading;
}

using Line = std::vector<std::string>;

// Two spaces between columns, none after the last.
std::string aligned(const std::vector<Line>& lines) {
  std::vector<size_t> widths(lines.front().size());
  for (const Line& line : lines)
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] + 2 - line[i].size(), ' ');
    }
    text += '\n';
  }
  return text;
}

std::string csv_quoted(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_line(const Line& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : ",") + csv_quoted(cells[i]);
  return line + "\r\n";
}

}  // namespace

std::string text_table(const array& rows, const Columns& all) {
  if (rows.empty()) return "none\n";
  const Columns columns = shown_columns(rows, all);
  std::vector<Line> lines(1);
  for (const Column& column : columns) lines[0].push_back(heading_of(column));
  for (const value& row : rows) {
    Line& line = lines.emplace_back();
    for (const Column& column : columns) {
      const std::string cell = cell_of(row, column);
      line.push_back(cell.empty() ? "-" : cell);
    }
  }
  return aligned(lines);
}

std::string csv_table(const array& rows, const Columns& all) {
  const Columns columns = shown_columns(rows, all);
  Line line;
  for (const Column& column : columns) line.emplace_back(column.key);
  std::string text = csv_line(line);
  for (const value& row : rows) {
    line.clear();
    for (const Column& column : columns) line.push_back(cell_of(row, column));
    text += csv_line(line);
  }
  return text;
}

std::string text_facts(const object& facts, const Columns& columns) {
  std::vector<Line> lines;
  for (const Column& column : shown_columns({facts}, columns)) {
    const std::string cell = cell_of(facts, column);
    lines.push_back({heading_of(column), cell.empty() ? "-" : cell});
  }
  return aligned(lines);
}

std::string render(const object& document, std::string_view list, const Columns& columns,
                   Output output) {
  if (output == Output::kJson) return base::json::serialize(document) + "\n";
  const array* rows = base::json::find_array(document, list);
  const array none;
  return output == Output::kCsv ? csv_table(rows ? *rows : none, columns)
                                : text_table(rows ? *rows : none, columns);
}

}  // namespace app
