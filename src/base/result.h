// Result<T>: a value, or an Error that says what its caller should do next.
//
// Expected failures are values and must be looked at; bugs are CHECKs; an unusable environment at
// start is one sentence and exit code 2. An Error's `retry` is the whole answer to "may I try
// again": nobody parses messages. Domain outcomes (throttling, no capacity, duplicates) also travel
// as Errors with AWS's own code, and are asked for through predicates in model/aws_error.h.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace base {

enum class Retry {
  kNever,           // The same request will fail again: a bug, a refusal, bad input.
  kBackoff,         // Nothing happened; try again later (throttled, overloaded, 5xx on a read).
  kReconnect,       // Nothing was sent; a new connection may do.
  kUnknownOutcome,  // A mutating request may have happened: repeat only what is idempotent.
};

struct Error {
  std::string code;     // AWS's code where there is one, else one of ours in PascalCase.
  std::string message;  // One sentence for a person.
  std::string context;  // What was being done, outermost first ("describe web: page 3").
  Retry retry = Retry::kNever;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string code, std::string message,
                                                Retry retry = Retry::kNever) {
  return tl::unexpected<Error>(Error{std::move(code), std::move(message), {}, retry});
}

// "code: message (context)", for logs and people.
std::string to_string(const Error& error);

// The same error, with what was being done put in front of its context.
Error within(std::string context, Error error);

}  // namespace base

#define SK_CONCAT_INNER(a, b) a##b
#define SK_CONCAT(a, b) SK_CONCAT_INNER(a, b)

// ASSIGN_OR_RETURN(auto x, f()): returns f's error from the enclosing function.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_IMPL(SK_CONCAT(sk_result_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_IMPL(name, declaration, expression) \
  auto name = (expression);                                  \
  if (!name) return tl::unexpected(std::move(name).error()); \
  declaration = *std::move(name)

#define RETURN_IF_ERROR(expression)                        \
  do {                                                     \
    if (auto sk_status = (expression); !sk_status)         \
      return tl::unexpected(std::move(sk_status).error()); \
  } while (false)
