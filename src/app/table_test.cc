#include "app/table.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace app {
namespace {

using base::json::array;
using base::json::object;
using base::json::value;

const Columns kColumns{{"name"}, {"instance_ids"}, {"closed_at"}};

array rows() {
  return {object{{"name", "web"}, {"instance_ids", {"i-1", "i-2"}}, {"closed_at", nullptr}},
          object{{"name", "a-longer-name"}, {"instance_ids", array{}}, {"other", 1}}};
}

TEST(Table, AlignsColumnsAndMarksWhatIsNotThere) {
  EXPECT_EQ(text_table(rows(), kColumns),
            "NAME           INSTANCE IDS  CLOSED AT\n"
            "web            i-1 i-2       -\n"
            "a-longer-name  -             -\n");
}

TEST(Table, SaysThatThereAreNoRows) { EXPECT_EQ(text_table({}, kColumns), "none\n"); }

TEST(Table, KeepsATerminalFromBeingSteered) {
  const array row{object{{"name", "\x1b[2Jx"}, {"instance_ids", "\n"}, {"closed_at", "\xc3\xa9"}}};
  EXPECT_EQ(text_table(row, {{"name"}}), "NAME\n?[2Jx\n");
  EXPECT_EQ(csv_table(row, kColumns), "name,instance_ids,closed_at\r\n?[2Jx,?,??\r\n");
}

TEST(Table, WritesCsvAsRfc4180Wants) {
  const array row{object{{"name", "a,b"}, {"instance_ids", "say \"so\""}, {"closed_at", 7}}};
  EXPECT_EQ(csv_table(row, kColumns),
            "name,instance_ids,closed_at\r\n\"a,b\",\"say \"\"so\"\"\",7\r\n");
}

TEST(Table, WritesTheHeadingOfAnEmptyCsv) {
  EXPECT_EQ(csv_table({}, {{"one"}, {"two"}}), "one,two\r\n");
}

TEST(Table, SetsFactsInTwoColumns) {
  EXPECT_EQ(text_facts({{"name", "web"}, {"capacity", 3}}, {{"name"}, {"capacity"}, {"since"}}),
            "NAME      web\nCAPACITY  3\nSINCE     -\n");
}

TEST(Table, LeavesOutAColumnThatIsShownWhereGivenWhenItIsNot) {
  const Columns columns{kSiteColumn, {"name"}};
  const object plain{{"name", "web"}}, named{{"name", "api"}, {"site", "east"}};
  EXPECT_EQ(text_table({plain}, columns), "NAME\nweb\n");
  EXPECT_EQ(text_table({plain, named}, columns), "SITE  NAME\n-     web\neast  api\n");
  EXPECT_EQ(csv_table({plain}, columns), "name\r\nweb\r\n");
  EXPECT_EQ(text_facts(plain, columns), "NAME  web\n");
  EXPECT_EQ(text_facts(named, columns), "SITE  east\nNAME  api\n");
}

TEST(Table, RendersTheListThatWasAskedFor) {
  const object document{{"things", {object{{"name", "web"}}}}, {"next_before", 4}};
  const Columns name{{"name"}};
  EXPECT_EQ(render(document, "things", name, Output::kTable), "NAME\nweb\n");
  EXPECT_EQ(render(document, "things", name, Output::kCsv), "name\r\nweb\r\n");
  EXPECT_EQ(render(document, "things", name, Output::kJson),
            "{\"things\":[{\"name\":\"web\"}],\"next_before\":4}\n");
  EXPECT_EQ(render(document, "others", name, Output::kTable), "none\n");
}

}  // namespace
}  // namespace app
