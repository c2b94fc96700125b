#include "sim/sqs.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/digest.h"
#include "base/json.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

namespace json = base::json;

constexpr size_t kMostMessageBytes = 262'144;  // AWS's limit, also of a whole batch.
constexpr size_t kMostBatchEntries = 10;
constexpr size_t kMostInFlight = 120'000;       // Of a standard queue.
constexpr int kMostVisibilitySeconds = 43'200;  // 12 hours.

struct AttributeRange {
  std::string_view name;
  int low, high, fallback;
};

constexpr AttributeRange kNumbers[] = {
    {"VisibilityTimeout", 0, kMostVisibilitySeconds, 30},
    {"DelaySeconds", 0, 900, 0},
    {"MessageRetentionPeriod", 60, 1'209'600, 345'600},
    {"ReceiveMessageWaitTimeSeconds", 0, 20, 0},
    {"MaximumMessageSize", 1024, static_cast<int>(kMostMessageBytes),
     static_cast<int>(kMostMessageBytes)},
};
constexpr std::string_view kTexts[] = {"RedrivePolicy", "Policy", "SqsManagedSseEnabled"};

const AttributeRange* number_attribute(std::string_view name) {
  for (const AttributeRange& range : kNumbers)
    if (range.name == name) return &range;
  return nullptr;
}

int attribute_of(const Queue& queue, std::string_view name) {
  const auto set = queue.attributes.find(std::string(name));
  return set == queue.attributes.end() ? number_attribute(name)->fallback : std::stoi(set->second);
}

tl::unexpected<Refusal> bad_value(std::string_view value, std::string_view name,
                                  std::string_view reason) {
  return refuse("InvalidParameterValue", "Value " + std::string(value) + " for parameter " +
                                             std::string(name) +
                                             " is invalid. Reason: " + std::string(reason));
}

tl::unexpected<Refusal> missing(std::string_view name) {
  return refuse("MissingParameter",
                "The request must contain the parameter " + std::string(name) + ".");
}

Answer<int> int_of(const json::object& in, std::string_view name, int low, int high, int fallback) {
  if (!in.contains(name)) return fallback;
  const auto value = json::find_int(in, name);
  if (value && *value >= low && *value <= high) return static_cast<int>(*value);
  return bad_value(
      value ? std::to_string(*value) : json::serialize(in.at(name)), name,
      "Must be between " + std::to_string(low) + " and " + std::to_string(high) + ", if provided.");
}

base::Status check_number(const AttributeRange& range, const std::string& text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end || value < range.low || value > range.high)
    return base::fail("InvalidAttributeValue",
                      "Invalid value for the parameter " + std::string(range.name) + ".");
  return {};
}

base::Status check_attribute(const std::string& name, const std::string& value) {
  if (const AttributeRange* range = number_attribute(name)) return check_number(*range, value);
  if (std::find(std::begin(kTexts), std::end(kTexts), name) == std::end(kTexts))
    return base::fail("InvalidAttributeName", "Unknown Attribute " + name + ".");
  if (name == "RedrivePolicy" && !value.empty() && !json::parse_object(value))
    return base::fail("InvalidAttributeValue", "RedrivePolicy is not a JSON object.");
  return {};
}

Answer<std::map<std::string, std::string>> attributes_in(const json::object& in) {
  std::map<std::string, std::string> attributes;
  const json::object* given = json::find_object(in, "Attributes");
  if (!given) return attributes;
  for (const auto& member : *given) {
    const std::string name(member.key());
    const std::string value = json::text_or_empty(*given, name);
    if (const auto status = check_attribute(name, value); !status)
      return refuse(status.error().code, status.error().message);
    attributes[name] = value;
  }
  return attributes;
}

bool is_queue_name(std::string_view name) {
  return !name.empty() && name.size() <= 80 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

struct Receipt {
  uint64_t number = 0;
  uint64_t receipt = 0;
};

std::string write_receipt(const Queue& queue, uint64_t number, uint64_t receipt) {
  return base::base64(queue.name + ":" + std::to_string(number) + ":" + std::to_string(receipt));
}

std::optional<Receipt> read_receipt(const Queue& queue, std::string_view handle) {
  const auto text = base::parse_base64(handle);
  if (!text || !text->starts_with(queue.name + ":")) return std::nullopt;
  const char* at = text->data() + queue.name.size() + 1;
  const char* end = text->data() + text->size();
  Receipt receipt;
  const auto [colon, error] = std::from_chars(at, end, receipt.number);
  if (error != std::errc{} || colon == end || *colon != ':') return std::nullopt;
  const auto [rest, error2] = std::from_chars(colon + 1, end, receipt.receipt);
  if (error2 != std::errc{} || rest != end) return std::nullopt;
  return receipt;
}

std::string md5_hex(std::string_view body) { return base::hex(base::as_text(base::md5(body))); }

json::object counts_of(const Queue& queue) {
  size_t in_flight = 0;
  for (const auto& [number, message] : queue.messages)
    in_flight += message.is_in_flight && !queue.visible.contains(number);
  const size_t delayed = queue.messages.size() - queue.visible.size() - in_flight;
  return {{"ApproximateNumberOfMessages", std::to_string(queue.visible.size())},
          {"ApproximateNumberOfMessagesNotVisible", std::to_string(in_flight)},
          {"ApproximateNumberOfMessagesDelayed", std::to_string(delayed)}};
}

json::object all_attributes(const Queue& queue) {
  json::object all = counts_of(queue);
  all["QueueArn"] = queue.arn;
  const std::string created = std::to_string(queue.created_at.unix_ms() / 1000);
  all["CreatedTimestamp"] = created;
  all["LastModifiedTimestamp"] = created;
  for (const AttributeRange& range : kNumbers)
    all[range.name] = std::to_string(attribute_of(queue, range.name));
  for (const std::string_view name : kTexts)
    if (const auto set = queue.attributes.find(std::string(name)); set != queue.attributes.end())
      all[name] = set->second;
  return all;
}

}  // namespace

const Sqs::Operation Sqs::kOperations[] = {
    {"ReceiveMessage", &Sqs::receive},
    {"DeleteMessage", &Sqs::delete_message},
    {"DeleteMessageBatch", &Sqs::delete_batch},
    {"SendMessage", &Sqs::send_message},
    {"SendMessageBatch", &Sqs::send_batch},
    {"ChangeMessageVisibility", &Sqs::change_visibility},
    {"ChangeMessageVisibilityBatch", &Sqs::change_visibility_batch},
    {"CreateQueue", &Sqs::create_queue},
    {"GetQueueUrl", &Sqs::get_queue_url},
    {"ListQueues", &Sqs::list_queues},
    {"GetQueueAttributes", &Sqs::get_attributes},
    {"SetQueueAttributes", &Sqs::set_attributes},
    {"PurgeQueue", &Sqs::purge},
};

Answer<json::object> Sqs::call(std::string_view action, const json::object& in,
                               std::string_view endpoint) {
  poll_until_ = context_.now;
  for (const Operation& operation : kOperations)
    if (operation.action == action) return (this->*operation.method)(in, endpoint);
  return refuse("UnsupportedOperation", "The region does not simulate sqs " + std::string(action));
}

std::string Sqs::arn_of(std::string_view name) const {
  return "arn:aws:sqs:" + context_.options.region + ":" + context_.options.account + ":" +
         std::string(name);
}

std::string Sqs::url_of(std::string_view name, std::string_view endpoint) const {
  return std::string(endpoint) + "/" + context_.options.account + "/" + std::string(name);
}

Queue& Sqs::create(const std::string& name) {
  Queue queue;
  queue.name = name;
  queue.arn = arn_of(name);
  queue.created_at = context_.now;
  return context_.world.queues.emplace(name, std::move(queue)).first->second;
}

bool Sqs::deliver(std::string_view queue_arn, const std::string& body) {
  const auto found =
      context_.world.queues.find(std::string(queue_arn.substr(queue_arn.rfind(':') + 1)));
  if (found == context_.world.queues.end() || found->second.arn != queue_arn) return false;
  append(found->second, body, base::Duration::seconds(attribute_of(found->second, "DelaySeconds")));
  return true;
}

// ---- queues ----

Answer<Queue*> Sqs::queue_of(const Object& in) {
  const auto url = json::find_string(in, "QueueUrl");
  if (!url) return missing("QueueUrl");
  const auto found = context_.world.queues.find(url->substr(url->rfind('/') + 1));
  if (found == context_.world.queues.end())
    return refuse("QueueDoesNotExist", "The specified queue does not exist.");
  expire(found->second);
  return &found->second;
}

Answer<json::object> Sqs::create_queue(const Object& in, std::string_view endpoint) {
  const std::string name = json::text_or_empty(in, "QueueName");
  if (!is_queue_name(name))
    return refuse("InvalidParameterValue",
                  "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in "
                  "length");
  ASSIGN_OR_RETURN(auto attributes, attributes_in(in));
  const auto found = context_.world.queues.find(name);
  if (found == context_.world.queues.end()) {
    create(name).attributes = std::move(attributes);
  } else {
    for (const auto& [key, value] : attributes)
      if (all_attributes(found->second)[key] != json::value(value))
        return refuse("QueueNameExists",
                      "A queue already exists with the same name and a different value for "
                      "attribute " +
                          key);
  }
  return Object{{"QueueUrl", url_of(name, endpoint)}};
}

Answer<json::object> Sqs::get_queue_url(const Object& in, std::string_view endpoint) {
  const std::string name = json::text_or_empty(in, "QueueName");
  if (!context_.world.queues.contains(name))
    return refuse("QueueDoesNotExist", "The specified queue does not exist.");
  return Object{{"QueueUrl", url_of(name, endpoint)}};
}

Answer<json::object> Sqs::list_queues(const Object& in, std::string_view endpoint) {
  const std::string prefix = json::text_or_empty(in, "QueueNamePrefix");
  json::array urls;
  for (const auto& [name, queue] : context_.world.queues)
    if (name.starts_with(prefix)) urls.emplace_back(url_of(name, endpoint));
  return urls.empty() ? Object{} : Object{{"QueueUrls", std::move(urls)}};
}

Answer<json::object> Sqs::get_attributes(const Object& in, std::string_view) {
  ASSIGN_OR_RETURN(const Queue* queue, queue_of(in));
  const Object all = all_attributes(*queue);
  Object chosen;
  const json::array* names = json::find_array(in, "AttributeNames");
  for (const auto& name : names ? *names : json::array{}) {
    if (!name.is_string()) return bad_value(json::serialize(name), "AttributeName", "not a text");
    if (name.get_string() == "All") return Object{{"Attributes", all}};
    if (const json::value* value = all.if_contains(name.get_string()))
      chosen[name.get_string()] = *value;
    else if (std::find(std::begin(kTexts), std::end(kTexts), name.get_string()) == std::end(kTexts))
      return refuse("InvalidAttributeName",
                    "Unknown Attribute " + std::string(name.get_string()) + ".");
  }
  return chosen.empty() ? Object{} : Object{{"Attributes", std::move(chosen)}};
}

Answer<json::object> Sqs::set_attributes(const Object& in, std::string_view) {
  ASSIGN_OR_RETURN(Queue * queue, queue_of(in));
  ASSIGN_OR_RETURN(const auto attributes, attributes_in(in));
  if (attributes.empty()) return missing("Attributes");
  for (const auto& [name, value] : attributes) queue->attributes[name] = value;
  return Object{};
}

Answer<json::object> Sqs::purge(const Object& in, std::string_view) {
  ASSIGN_OR_RETURN(Queue * queue, queue_of(in));
  queue->messages.clear();
  queue->visible.clear();
  return Object{};
}

// ---- messages ----

Message& Sqs::append(Queue& queue, std::string body, base::Duration delay) {
  const uint64_t number = next_message_++;
  Message& message = queue.messages[number];
  message.id = make_uuid(dice_);
  message.body = std::move(body);
  message.sent_at = context_.now;
  message.visible_at = context_.now + delay;
  if (delay > base::Duration())
    show_later(queue.name, number, message.visible_at);
  else
    queue.visible.insert(number);
  return message;
}

void Sqs::show_later(const std::string& queue, uint64_t number, base::Instant when) {
  context_.agenda.at(when, [this, queue, number, when] {
    Queue& home = context_.world.queues.at(queue);
    const auto message = home.messages.find(number);
    // Deleted, or its visibility was changed since.
    if (message == home.messages.end() || message->second.visible_at != when) return;
    message->second.is_in_flight = false;
    home.visible.insert(number);
  });
}

void Sqs::hide(Queue& queue, uint64_t number, base::Instant until) {
  Message& message = queue.messages.at(number);
  message.visible_at = until;
  message.is_in_flight = until > context_.now;
  if (!message.is_in_flight) {
    queue.visible.insert(number);
    return;
  }
  queue.visible.erase(number);
  show_later(queue.name, number, until);
}

void Sqs::expire(Queue& queue) {
  const auto oldest =
      context_.now - base::Duration::seconds(attribute_of(queue, "MessageRetentionPeriod"));
  // Messages are in the order of arrival; those moved by a redrive keep their age and wait their
  // turn.
  while (!queue.messages.empty() && queue.messages.begin()->second.sent_at < oldest) {
    queue.visible.erase(queue.messages.begin()->first);
    queue.messages.erase(queue.messages.begin());
  }
}

bool Sqs::redrive(Queue& queue, uint64_t number) {
  const auto set = queue.attributes.find("RedrivePolicy");
  if (set == queue.attributes.end() || set->second.empty()) return false;
  const auto policy = json::parse_object(set->second);  // Checked when it was set.
  const auto most = json::find_int(*policy, "maxReceiveCount");
  Message& message = queue.messages.at(number);
  if (!most || message.receive_count < *most) return false;
  const std::string arn = json::text_or_empty(*policy, "deadLetterTargetArn");
  const auto dead = context_.world.queues.find(arn.substr(arn.rfind(':') + 1));
  if (dead == context_.world.queues.end()) return false;
  const uint64_t moved = next_message_++;
  dead->second.messages[moved] = message;
  dead->second.visible.insert(moved);
  queue.visible.erase(number);
  queue.messages.erase(number);
  return true;
}

// Mostly the oldest; one time in eight somewhere else, because order is not promised.
std::optional<uint64_t> Sqs::pick(Queue& queue) {
  while (!queue.visible.empty()) {
    auto chosen = queue.visible.begin();
    if (dice_.below(8) == 0)
      chosen = queue.visible.lower_bound(static_cast<uint64_t>(dice_.between(
          static_cast<int64_t>(*chosen), static_cast<int64_t>(*queue.visible.rbegin()))));
    if (!redrive(queue, *chosen)) return *chosen;
  }
  return std::nullopt;
}

json::object Sqs::take(Queue& queue, uint64_t number, base::Duration visibility) {
  Message& message = queue.messages.at(number);
  if (message.receive_count++ == 0) message.first_received_at = context_.now;
  message.receipt = dice_.next() >> 1;
  hide(queue, number, context_.now + visibility);
  return {{"MessageId", message.id},
          {"ReceiptHandle", write_receipt(queue, number, message.receipt)},
          {"MD5OfBody", md5_hex(message.body)},
          {"Body", message.body},
          {"Attributes",
           {{"SenderId", "AIDASIMULATED"},
            {"SentTimestamp", std::to_string(message.sent_at.unix_ms())},
            {"ApproximateReceiveCount", std::to_string(message.receive_count)},
            {"ApproximateFirstReceiveTimestamp",
             std::to_string(message.first_received_at.unix_ms())}}}};
}

namespace {

// Only the system attributes that were asked for.
void keep_attributes(json::object& message, const json::object& in) {
  const json::array* names = json::find_array(in, "AttributeNames");
  if (!names) names = json::find_array(in, "MessageSystemAttributeNames");
  const json::object all = message["Attributes"].as_object();
  message.erase("Attributes");
  if (!names || names->empty()) return;
  json::object kept;
  for (const auto& name : *names) {
    if (!name.is_string()) continue;
    if (name.get_string() == "All") kept = all;
    if (const json::value* value = all.if_contains(name.get_string()))
      kept[name.get_string()] = *value;
  }
  if (!kept.empty()) message["Attributes"] = std::move(kept);
}

}  // namespace

Answer<json::object> Sqs::receive(const Object& in, std::string_view) {
  ASSIGN_OR_RETURN(Queue * queue, queue_of(in));
  ASSIGN_OR_RETURN(const int most, int_of(in, "MaxNumberOfMessages", 1, 10, 1));
  ASSIGN_OR_RETURN(const int wait, int_of(in, "WaitTimeSeconds", 0, 20,
                                          attribute_of(*queue, "ReceiveMessageWaitTimeSeconds")));
  ASSIGN_OR_RETURN(const int visibility, int_of(in, "VisibilityTimeout", 0, kMostVisibilitySeconds,
                                                attribute_of(*queue, "VisibilityTimeout")));
  if (queue->messages.size() - queue->visible.size() >= kMostInFlight)
    return refuse("OverLimit", "Too many messages in flight.", 403);
  std::vector<uint64_t> chosen;
  for (int i = 0; i < most; ++i) {
    const auto number = pick(*queue);
    if (!number) break;
    queue->visible.erase(*number);
    chosen.push_back(*number);
  }
  json::array messages;
  for (const uint64_t number : chosen) {
    Object message = take(*queue, number, base::Duration::seconds(visibility));
    if (happens(dice_, context_.faults.duplicate_receive_per_mille)) queue->visible.insert(number);
    keep_attributes(message, in);
    messages.push_back(std::move(message));
  }
  if (messages.empty()) poll_until_ = context_.now + base::Duration::seconds(wait);
  return messages.empty() ? Object{} : Object{{"Messages", std::move(messages)}};
}

Answer<json::object> Sqs::send_one(Queue& queue, const Object& in) {
  const auto body = json::find_string(in, "MessageBody");
  if (!body || body->empty()) return missing("MessageBody");
  if (const json::object* attributes = json::find_object(in, "MessageAttributes");
      attributes && !attributes->empty())
    return refuse("UnsupportedOperation", "The region does not simulate message attributes.");
  const auto most = static_cast<size_t>(attribute_of(queue, "MaximumMessageSize"));
  if (body->size() > most)
    return refuse("InvalidParameterValue",
                  "One or more parameters are invalid. Reason: Message "
                  "must be shorter than " +
                      std::to_string(most) + " bytes.");
  ASSIGN_OR_RETURN(const int delay,
                   int_of(in, "DelaySeconds", 0, 900, attribute_of(queue, "DelaySeconds")));
  const Message& message = append(queue, *body, base::Duration::seconds(delay));
  return Object{{"MessageId", message.id}, {"MD5OfMessageBody", md5_hex(message.body)}};
}

Answer<json::object> Sqs::delete_one(Queue& queue, const Object& in) {
  const auto receipt = read_receipt(queue, json::text_or_empty(in, "ReceiptHandle"));
  if (!receipt)
    return refuse("ReceiptHandleIsInvalid", "The input receipt handle is invalid.", 404);
  const auto message = queue.messages.find(receipt->number);
  if (message == queue.messages.end() || message->second.receipt != receipt->receipt)
    return Object{};
  queue.visible.erase(receipt->number);
  queue.messages.erase(message);
  return Object{};
}

Answer<json::object> Sqs::change_one(Queue& queue, const Object& in) {
  const auto receipt = read_receipt(queue, json::text_or_empty(in, "ReceiptHandle"));
  if (!receipt)
    return refuse("ReceiptHandleIsInvalid", "The input receipt handle is invalid.", 404);
  if (!in.contains("VisibilityTimeout")) return missing("VisibilityTimeout");
  ASSIGN_OR_RETURN(const int seconds,
                   int_of(in, "VisibilityTimeout", 0, kMostVisibilitySeconds, 0));
  const auto message = queue.messages.find(receipt->number);
  if (message == queue.messages.end() || !message->second.is_in_flight ||
      message->second.receipt != receipt->receipt)
    return refuse("MessageNotInflight", "The specified message isn't in flight.");
  hide(queue, receipt->number, context_.now + base::Duration::seconds(seconds));
  return Object{};
}

Answer<json::object> Sqs::send_message(const Object& in, std::string_view) {
  ASSIGN_OR_RETURN(Queue * queue, queue_of(in));
  return send_one(*queue, in);
}

Answer<json::object> Sqs::delete_message(const Object& in, std::string_view) {
  ASSIGN_OR_RETURN(Queue * queue, queue_of(in));
  return delete_one(*queue, in);
}

Answer<json::object> Sqs::change_visibility(const Object& in, std::string_view) {
  ASSIGN_OR_RETURN(Queue * queue, queue_of(in));
  return change_one(*queue, in);
}

namespace {

Answer<std::vector<const json::object*>> entries_of(const json::object& in) {
  std::vector<const json::object*> entries;
  const json::array* given = json::find_array(in, "Entries");
  if (!given || given->empty())
    return refuse("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (given->size() > kMostBatchEntries)
    return refuse("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.");
  size_t bytes = 0;
  std::set<std::string> ids;
  for (const auto& entry : *given) {
    if (!entry.is_object()) return missing("Entries");
    entries.push_back(&entry.get_object());
    bytes += json::text_or_empty(entry.get_object(), "MessageBody").size();
    if (!ids.insert(json::text_or_empty(entry.get_object(), "Id")).second)
      return refuse("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.");
  }
  if (bytes > kMostMessageBytes)
    return refuse("BatchRequestTooLong", "Batch requests cannot be longer than 262144 bytes.");
  return entries;
}

}  // namespace

template <class One>
Answer<json::object> Sqs::batch(const Object& in, One one) {
  ASSIGN_OR_RETURN(Queue * queue, queue_of(in));
  ASSIGN_OR_RETURN(const auto entries, entries_of(in));
  json::array successful, failed;
  for (const Object* entry : entries) {
    const std::string id = json::text_or_empty(*entry, "Id");
    Answer<Object> answer = (this->*one)(*queue, *entry);
    if (answer) {
      Object done{{"Id", id}};
      for (auto& member : *answer) done[member.key()] = member.value();
      successful.push_back(std::move(done));
    } else {
      failed.push_back(Object{{"Id", id},
                              {"SenderFault", true},
                              {"Code", answer.error().code},
                              {"Message", answer.error().message}});
    }
  }
  Object out{{"Successful", std::move(successful)}};
  if (!failed.empty()) out["Failed"] = std::move(failed);
  return out;
}

Answer<json::object> Sqs::send_batch(const Object& in, std::string_view) {
  return batch(in, &Sqs::send_one);
}

Answer<json::object> Sqs::delete_batch(const Object& in, std::string_view) {
  return batch(in, &Sqs::delete_one);
}

Answer<json::object> Sqs::change_visibility_batch(const Object& in, std::string_view) {
  return batch(in, &Sqs::change_one);
}

}  // namespace sim
