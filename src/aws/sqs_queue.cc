#include "aws/sqs_queue.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "aws/answer.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/json.h"

namespace aws {
namespace {

using base::Result;
using base::json::object;
using ports::QueueMessage;

// SQS answers in milliseconds; and a long poll's answer comes this much after its wait at the
// latest.
constexpr base::Duration kTimeout = base::Duration::seconds(10);
constexpr size_t kMostPerBatch = 10;  // SQS's own limit.

// SQS writes its numbers as text in attributes.
std::optional<int64_t> number_in(const object& attributes, std::string_view name) {
  const std::string digits = base::json::text_or_empty(attributes, name);
  int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return number;
}

Result<object> read_object(std::string_view body) {
  auto document = base::json::parse_object(body);
  if (!document) return malformed("SQS: " + document.error().message);
  return document;
}

Result<QueueMessage> read_message(const base::json::value& value) {
  const object* fields = value.if_object();
  if (!fields) return malformed("ReceiveMessage: a message that is not an object");
  QueueMessage message;
  message.id = base::json::text_or_empty(*fields, "MessageId");
  message.receipt = base::json::text_or_empty(*fields, "ReceiptHandle");
  message.body = base::json::text_or_empty(*fields, "Body");
  if (message.receipt.empty()) return malformed("ReceiveMessage: a message without receipt");
  if (base::json::text_or_empty(*fields, "MD5OfBody") !=
      base::hex(base::as_text(base::md5(message.body))))
    return malformed("ReceiveMessage: the body of " + message.id + " does not fit its MD5");
  if (const object* attributes = base::json::find_object(*fields, "Attributes")) {
    message.sent_at =
        base::Instant::from_unix_ms(number_in(*attributes, "SentTimestamp").value_or(0));
    message.receive_count =
        static_cast<int>(number_in(*attributes, "ApproximateReceiveCount").value_or(1));
  }
  return message;
}

Result<std::vector<QueueMessage>> read_messages(std::string_view body) {
  ASSIGN_OR_RETURN(const object document, read_object(body));
  std::vector<QueueMessage> messages;
  // An empty receive has no list at all.
  const base::json::array* list = base::json::find_array(document, "Messages");
  if (!list) return messages;
  for (const base::json::value& value : *list) {
    ASSIGN_OR_RETURN(QueueMessage message, read_message(value));
    messages.push_back(std::move(message));
  }
  return messages;
}

// Everything that SQS does not call deleted may come again.
Result<std::vector<std::string>> read_undeleted(std::string_view body,
                                                std::vector<std::string> receipts) {
  ASSIGN_OR_RETURN(const object document, read_object(body));
  std::set<std::string> deleted;
  if (const base::json::array* list = base::json::find_array(document, "Successful"))
    for (const base::json::value& value : *list)
      if (const object* entry = value.if_object())
        deleted.insert(base::json::text_or_empty(*entry, "Id"));
  std::vector<std::string> left;
  for (size_t i = 0; i < receipts.size(); ++i)
    if (!deleted.contains(std::to_string(i))) left.push_back(std::move(receipts[i]));
  return left;
}

Result<ports::QueueDepth> read_depth(std::string_view body) {
  ASSIGN_OR_RETURN(const object document, read_object(body));
  const object* attributes = base::json::find_object(document, "Attributes");
  if (!attributes) return malformed("GetQueueAttributes: no attributes");
  const auto visible = number_in(*attributes, "ApproximateNumberOfMessages");
  const auto in_flight = number_in(*attributes, "ApproximateNumberOfMessagesNotVisible");
  if (!visible || !in_flight) return malformed("GetQueueAttributes: a count is missing");
  return ports::QueueDepth{*visible, *in_flight};
}

class SqsQueue : public ports::Queue {
 public:
  SqsQueue(SignedClient& client, const Endpoints& endpoints, std::string queue_url)
      : client_(client), endpoint_(endpoints.of("sqs")), queue_url_(std::move(queue_url)) {}

  void receive(ports::ReceiveOptions options,
               std::function<void(Result<std::vector<QueueMessage>>)> done) override {
    const object fields{
        {"QueueUrl", queue_url_},
        {"MaxNumberOfMessages", options.most},
        {"WaitTimeSeconds", options.wait.whole_seconds()},
        {"VisibilityTimeout", options.visibility.whole_seconds()},
        {"MessageSystemAttributeNames", {"SentTimestamp", "ApproximateReceiveCount"}}};
    // A receive that is lost hides its messages for a while and loses nothing: a read.
    ask<std::vector<QueueMessage>>("ReceiveMessage", fields, options.wait + kTimeout,
                                   model::Effect::kRead, read_messages, std::move(done));
  }

  void remove(std::vector<std::string> receipts,
              std::function<void(Result<std::vector<std::string>>)> done) override {
    CHECK(receipts.size() <= kMostPerBatch);
    if (receipts.empty()) return done(std::move(receipts));  // SQS refuses an empty batch.
    base::json::array entries;
    for (size_t i = 0; i < receipts.size(); ++i)
      entries.push_back(object{{"Id", std::to_string(i)}, {"ReceiptHandle", receipts[i]}});
    const object fields{{"QueueUrl", queue_url_}, {"Entries", std::move(entries)}};
    ask<std::vector<std::string>>(
        "DeleteMessageBatch", fields, kTimeout, model::Effect::kMutate,
        [receipts = std::move(receipts)](std::string_view body) {
          return read_undeleted(body, receipts);
        },
        std::move(done));
  }

  void depth(std::function<void(Result<ports::QueueDepth>)> done) override {
    const object fields{{"QueueUrl", queue_url_},
                        {"AttributeNames",
                         {"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"}}};
    ask<ports::QueueDepth>("GetQueueAttributes", fields, kTimeout, model::Effect::kRead, read_depth,
                           std::move(done));
  }

 private:
  net::Request request_of(const std::string& action, const object& fields) const {
    net::Request request;
    request.method = "POST";
    request.path = endpoint_.base_path + "/";
    request.headers.add("Host", endpoint_.authority());
    request.headers.add("Content-Type", "application/x-amz-json-1.0");
    request.headers.add("X-Amz-Target", "AmazonSQS." + action);
    request.body = base::json::serialize(fields);
    return request;
  }

  template <class T>
  void ask(const std::string& action, const object& fields, base::Duration timeout,
           model::Effect effect, std::function<Result<T>(std::string_view)> read,
           std::function<void(Result<T>)> done) {
    client_.send({"sqs", endpoint_, request_of(action, fields), timeout, effect},
                 [action, effect, read = std::move(read),
                  done = std::move(done)](Result<net::Response> response) {
                   if (!response)
                     return done(tl::unexpected(base::within(action, response.error())));
                   Result<T> answer = read(response->body);
                   if (!answer)
                     answer = tl::unexpected(base::within(action, judge(answer.error(), effect)));
                   done(std::move(answer));
                 });
  }

  SignedClient& client_;
  const net::Endpoint endpoint_;
  const std::string queue_url_;
};

}  // namespace

std::unique_ptr<ports::Queue> make_sqs_queue(SignedClient& client, const Endpoints& endpoints,
                                             std::string queue_url) {
  return std::make_unique<SqsQueue>(client, endpoints, std::move(queue_url));
}

}  // namespace aws
