#include "base/result.h"

namespace base {

std::string to_string(const Error& error) {
  std::string text = error.code;
  if (!error.message.empty()) text += ": " + error.message;
  if (!error.context.empty()) text += " (" + error.context + ")";
  return text;
}

Error within(std::string context, Error error) {
  error.context = error.context.empty() ? std::move(context) : context + ": " + error.context;
  return error;
}

}  // namespace base
