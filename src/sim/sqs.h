// Sqs: standard queues. At least once, roughly in order, hidden while in flight, redriven when
// asked.
//
// Owns the queues of the world. Every operation is JSON in, JSON out; sqs_query.h gives the Query
// protocol the same operations. A receive never waits: `poll_until` tells the caller how long it
// may ask again. Only the receipt of the last receive deletes; older ones answer success and do
// nothing, as AWS allows itself to. Not simulated: FIFO queues, message attributes, policies,
// encryption.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sim/context.h"
#include "sim/wire.h"

namespace sim {

class Sqs {
 public:
  Sqs(Context& context, base::Prng dice) : context_(context), dice_(dice) {}

  // `endpoint` is where the caller reached us; queue URLs begin with it.
  Answer<boost::json::object> call(std::string_view action, const boost::json::object& in,
                                   std::string_view endpoint);

  // Set by a ReceiveMessage that found nothing and may wait; otherwise now.
  base::Instant poll_until() const { return poll_until_; }

  // What EventBridge does. False when there is no such queue.
  bool deliver(std::string_view queue_arn, const std::string& body);
  Queue& create(const std::string& name);
  std::string arn_of(std::string_view name) const;
  std::string url_of(std::string_view name, std::string_view endpoint) const;

 private:
  using Object = boost::json::object;
  using Method = Answer<Object> (Sqs::*)(const Object&, std::string_view);
  struct Operation {
    std::string_view action;
    Method method;
  };
  static const Operation kOperations[];

  Answer<Object> create_queue(const Object& in, std::string_view endpoint);
  Answer<Object> get_queue_url(const Object& in, std::string_view endpoint);
  Answer<Object> list_queues(const Object& in, std::string_view endpoint);
  Answer<Object> get_attributes(const Object& in, std::string_view endpoint);
  Answer<Object> set_attributes(const Object& in, std::string_view endpoint);
  Answer<Object> purge(const Object& in, std::string_view endpoint);
  Answer<Object> send_message(const Object& in, std::string_view endpoint);
  Answer<Object> send_batch(const Object& in, std::string_view endpoint);
  Answer<Object> receive(const Object& in, std::string_view endpoint);
  Answer<Object> delete_message(const Object& in, std::string_view endpoint);
  Answer<Object> delete_batch(const Object& in, std::string_view endpoint);
  Answer<Object> change_visibility(const Object& in, std::string_view endpoint);
  Answer<Object> change_visibility_batch(const Object& in, std::string_view endpoint);

  Answer<Queue*> queue_of(const Object& in);
  Answer<Object> send_one(Queue& queue, const Object& in);
  Answer<Object> delete_one(Queue& queue, const Object& in);
  Answer<Object> change_one(Queue& queue, const Object& in);
  template <class One>
  Answer<Object> batch(const Object& in, One one);

  Message& append(Queue& queue, std::string body, base::Duration delay);
  void hide(Queue& queue, uint64_t number, base::Instant until);
  void show_later(const std::string& queue, uint64_t number, base::Instant when);
  void expire(Queue& queue);
  bool redrive(Queue& queue, uint64_t number);
  std::optional<uint64_t> pick(Queue& queue);
  Object take(Queue& queue, uint64_t number, base::Duration visibility);

  Context& context_;
  base::Prng dice_;
  uint64_t next_message_ = 1;
  base::Instant poll_until_;
};

}  // namespace sim
