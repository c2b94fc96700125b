#include "aws/events_codec.h"

#include "aws/answer.h"
#include "base/json.h"

namespace aws {
namespace {

using base::json::object;
using Entry = model::PutEventsReply::Entry;

base::Result<Entry> read_entry(const base::json::value& value) {
  const object* fields = value.if_object();
  if (!fields) return malformed("PutEvents: an entry that is not an object");
  Entry entry{base::json::text_or_empty(*fields, "EventId"),
              base::json::text_or_empty(*fields, "ErrorCode"),
              base::json::text_or_empty(*fields, "ErrorMessage")};
  if (entry.event_id.empty() && entry.error_code.empty())
    return malformed("PutEvents: an entry with neither EventId nor ErrorCode");
  return entry;
}

}  // namespace

std::string body_of(const model::PutEvents& call) {
  base::json::array entries;
  for (const model::PutEvents::Entry& entry : call.entries)
    entries.push_back(object{
        {"Source", entry.source}, {"DetailType", entry.detail_type}, {"Detail", entry.detail}});
  return base::json::serialize(object{{"Entries", std::move(entries)}});
}

base::Result<model::Reply> reply_of(const model::PutEvents& call, std::string_view body) {
  const auto document = base::json::parse_object(body);
  if (!document) return malformed("PutEvents: " + document.error().message);
  const base::json::array* entries = base::json::find_array(*document, "Entries");
  // Answers stand in the order of the entries sent; fewer of them would be told of the wrong ones.
  if (!entries || entries->size() != call.entries.size())
    return malformed("PutEvents: not one answer for each entry");
  model::PutEventsReply reply;
  for (const base::json::value& value : *entries) {
    ASSIGN_OR_RETURN(Entry entry, read_entry(value));
    reply.entries.push_back(std::move(entry));
  }
  return reply;
}

}  // namespace aws
