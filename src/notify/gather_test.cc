#include "notify/gather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "notify/bucket.h"

namespace notify {
namespace {

using base::Instant;
using ::testing::HasSubstr;

const model::KeeperName kKeeper("k");

Letter letter(int n, const char* event = "began", const char* group = "web") {
  const std::string id = "i-" + std::to_string(n) + "/interruption/" + event;
  return {n,
          "ops",
          id,
          "incident",
          event,
          group,
          "text " + std::to_string(n),
          R"({"id":")" + id + "\"}",
          Instant::from_unix_seconds(n)};
}

std::vector<Letter> letters(int count) {
  std::vector<Letter> all;
  for (int n = 1; n <= count; ++n) all.push_back(letter(n));
  return all;
}

TEST(Gather, OneLetterGoesAsItIs) {
  EXPECT_EQ(message_of({letter(7)}, kKeeper),
            (Message{"i-7/interruption/began", "text 7", R"({"id":"i-7/interruption/began"})"}));
}

TEST(Gather, ManyLettersAreCountedByWhatAndWhere) {
  std::vector<Letter> all = letters(203);
  for (int n = 204; n <= 216; ++n) all.push_back(letter(n, "ended"));
  all.push_back(letter(217, "began", "box"));
  const Message message = message_of(all, kKeeper);
  EXPECT_EQ(message.text,
            "text 1\ntext 2\ntext 3\nand 214 more: 1 incident opened in box, 200 incidents opened "
            "in web, 13 incidents closed in web.");
  const auto document = base::json::parse_object(message.document).value();
  EXPECT_EQ(base::json::find_int(document, "count"), 217);
  EXPECT_EQ(base::json::find_array(document, "items")->size(), 100u) << "a body has a bound";
  EXPECT_EQ(base::json::find_array(document, "counts")->size(), 3u);
  EXPECT_EQ(base::json::text_or_empty(document, "keeper"), "k");
}

TEST(Gather, AMessageThatWasGivenUpCanBeSentAgainAsItWas) {
  Letter it = letter(1);
  it.document = R"({"id":"i-1","kind":"incident","event":"began","group":"web","text":"words"})";
  const Instant now = Instant::from_unix_seconds(99);
  const auto again = letter_again(it.document, "dev", now);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again,
            (Letter{0, "dev", "i-1", "incident", "began", "web", "words", it.document, now}));
  const Message storm = message_of(letters(200), kKeeper);
  EXPECT_EQ(message_of({letter_again(storm.document, "ops", now).value()}, kKeeper), storm);
  for (const char* odd : {"", "[]", "{}", R"({"id":"i-1"})"})
    EXPECT_FALSE(letter_again(odd, "ops", now)) << odd;
}

TEST(Gather, ATestMessageSaysThatItIsOne) {
  const Message message = test_message(kKeeper, Instant::from_unix_seconds(0));
  EXPECT_EQ(message.id, "k/test/1970-01-01T00:00:00Z");
  EXPECT_THAT(message.document, HasSubstr(R"("kind":"test")"));
  EXPECT_EQ(message.text, "k: a test message of spotkeeper; nothing happened.");
}

TEST(Gather, TwoLettersAreToldInFull) {
  EXPECT_EQ(message_of(letters(2), kKeeper).text, "text 1\ntext 2");
}

TEST(Gather, TheSameLettersHaveTheSameIdAndOthersAnother) {
  EXPECT_EQ(message_of(letters(20), kKeeper), message_of(letters(20), kKeeper));
  EXPECT_NE(message_of(letters(20), kKeeper).id, message_of(letters(21), kKeeper).id);
}

TEST(Gather, AKindOfANewerSpotkeeperIsCountedUnderItsName) {
  std::vector<Letter> all = letters(3);
  all.push_back(letter(4));
  all.back().kind = "weather";
  EXPECT_THAT(message_of(all, kKeeper).text, HasSubstr("and 1 more: 1 of weather began in web."));
}

// A thousand at once, and a thousand recoveries over five minutes.
TEST(Gather, AStormIsAHandfulOfMessages) {
  Bucket bucket;
  size_t waiting = 1000, told = 0;
  int messages = 0;
  const Instant start = Instant::from_unix_seconds(1'000'000);
  for (int second = 0; second < 300; ++second) {
    const Instant now = start + base::Duration::seconds(second);
    if (second >= 60 && second < 160) waiting += 10;
    while (waiting > 0 && bucket.left(now) > 0) {
      const size_t next = letters_for_next(waiting, bucket.left(now));
      ASSERT_GT(next, 0u);
      bucket.take(now);
      waiting -= next;
      told += next;
      ++messages;
    }
  }
  EXPECT_EQ(told, 2000u);
  EXPECT_EQ(waiting, 0u);
  EXPECT_LE(messages, 30) << "ten, and one each ten seconds while there is news";
}

}  // namespace
}  // namespace notify
