#include "notify/gather.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/check.h"
#include "base/digest.h"
#include "base/json.h"

namespace notify {
namespace {

using base::json::array;
using base::json::object;

// Enough to see what it is about; the rest is counted.
constexpr size_t kMostTexts = 3;
constexpr size_t kMostCounts = 10;
// Whole documents of some 700 bytes: a body stays below 100 KB, which every receiver takes.
constexpr size_t kMostItems = 100;
constexpr size_t kDigestDigits = 32;

struct Words {
  std::string_view kind, event, one, many;
};
constexpr std::array<Words, 7> kWords{{
    {"incident", "began", "incident opened", "incidents opened"},
    {"incident", "ended", "incident closed", "incidents closed"},
    {"group-unheld", "began", "time unheld", "times unheld"},
    {"group-unheld", "ended", "time held again", "times held again"},
    {"brake", "began", "trouble began", "troubles began"},
    {"brake", "ended", "trouble ended", "troubles ended"},
    {"quarantine", "kept", "message kept in quarantine", "messages kept in quarantine"},
}};

// By group, then kind and event.
using Counts = std::map<std::tuple<std::string, std::string, std::string>, int64_t>;

Counts count(const std::vector<Letter>& letters, size_t from) {
  Counts counts;
  for (size_t i = from; i < letters.size(); ++i)
    ++counts[{letters[i].group, letters[i].kind, letters[i].event}];
  return counts;
}

std::string in_words(const std::string& kind, const std::string& event, int64_t number) {
  for (const Words& words : kWords)
    if (words.kind == kind && words.event == event)
      return std::to_string(number) + " " + std::string(number == 1 ? words.one : words.many);
  return std::to_string(number) + " of " + kind + " " + event;
}

std::string counts_in_words(const Counts& counts) {
  std::string text;
  size_t listed = 0;
  for (const auto& [what, number] : counts) {
    const auto& [group, kind, event] = what;
    if (listed++ == kMostCounts) return text + ", and others";
    text += (text.empty() ? "" : ", ") + in_words(kind, event, number);
    if (!group.empty()) text += " in " + group;
  }
  return text;
}

std::string gathered_id(const std::vector<Letter>& letters) {
  std::string ids;
  for (const Letter& letter : letters) ids += letter.id + "\n";
  return "gathered/" + base::hex(base::as_text(base::sha256(ids))).substr(0, kDigestDigits);
}

std::string gathered_text(const std::vector<Letter>& letters) {
  std::string text;
  const size_t told = std::min(kMostTexts, letters.size());
  for (size_t i = 0; i < told; ++i) text += letters[i].text + "\n";
  if (told == letters.size()) {
    text.pop_back();
    return text;
  }
  return text + "and " + std::to_string(letters.size() - told) +
         " more: " + counts_in_words(count(letters, told)) + ".";
}

array items_of(const std::vector<Letter>& letters) {
  array items;
  for (size_t i = 0; i < std::min(kMostItems, letters.size()); ++i)
    if (auto document = base::json::parse(letters[i].document))
      items.push_back(*std::move(document));
  return items;
}

array counts_json(const Counts& counts) {
  array list;
  for (const auto& [what, number] : counts) {
    const auto& [group, kind, event] = what;
    list.push_back(object{{"group", group}, {"kind", kind}, {"event", event}, {"count", number}});
  }
  return list;
}

}  // namespace

size_t letters_for_next(size_t waiting, int64_t left) { return left > 1 ? 1 : waiting; }

Message message_of(const std::vector<Letter>& letters, const model::KeeperName& keeper) {
  CHECK(!letters.empty());
  if (letters.size() == 1)
    return {letters.front().id, letters.front().text, letters.front().document};
  Message message{gathered_id(letters), gathered_text(letters), {}};
  message.document = base::json::serialize(object{{"id", message.id},
                                                  {"kind", "gathered"},
                                                  {"event", "gathered"},
                                                  {"at", base::to_iso8601(letters.back().at)},
                                                  {"keeper", keeper.str()},
                                                  {"count", letters.size()},
                                                  {"counts", counts_json(count(letters, 0))},
                                                  {"items", items_of(letters)},
                                                  {"text", message.text}});
  return message;
}

base::Result<Letter> letter_again(const std::string& document, const std::string& target,
                                  base::Instant now) {
  ASSIGN_OR_RETURN(const object it, base::json::parse_object(document));
  const auto field = [&](const char* key) { return base::json::text_or_empty(it, key); };
  if (field("id").empty() || field("text").empty())
    return base::fail("MalformedNotification", "what is kept is no notification");
  return Letter{
      0,        target, field("id"), field("kind"), field("event"), field("group"), field("text"),
      document, now};
}

Message test_message(const model::KeeperName& keeper, base::Instant now) {
  const std::string at = base::to_iso8601(now);
  Message message{keeper.str() + "/test/" + at,
                  keeper.str() + ": a test message of spotkeeper; nothing happened.",
                  {}};
  message.document = base::json::serialize(object{{"id", message.id},
                                                  {"kind", "test"},
                                                  {"event", "test"},
                                                  {"at", at},
                                                  {"keeper", keeper.str()},
                                                  {"text", message.text}});
  return message;
}

}  // namespace notify
