// Tables for people and for programs: text in columns, CSV (RFC 4180), or the JSON as it came.
//
// Rows are made of the API's JSON, so that one list of columns serves every form. Everything is
// made printable: what a message carried must not steer a terminal.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace app {

enum class Output { kTable, kJson, kCsv };

enum class Shown { kAlways, kWhereGiven };

struct Column {
  std::string_view key;          // A member of the row's object; the heading too.
  Shown shown = Shown::kAlways;  // Where given: left out unless some row has the member.
};
// Which site a row is of, where sites have names.
inline constexpr Column kSiteColumn{"site", Shown::kWhereGiven};
using Columns = std::vector<Column>;

// The rows under aligned headings; "-" where there is nothing, and a line instead of no rows.
std::string text_table(const boost::json::array& rows, const Columns& columns);
std::string csv_table(const boost::json::array& rows, const Columns& columns);
// Two columns: the name and the value of each.
std::string text_facts(const boost::json::object& object, const Columns& columns);

// The list of that name in the document, in the form asked for. kJson gives the whole document.
std::string render(const boost::json::object& document, std::string_view list,
                   const Columns& columns, Output output);

}  // namespace app
