#include "app/check_questions.h"

#include <utility>

#include "app/check_report.h"
#include "aws/codec.h"
#include "model/aws_error.h"

namespace app {

base::Result<model::Reply> CheckQuestions::ask(model::Call call) {
  const std::string action(model::action_of(call));
  if (are_credentials_refused_) return not_tried("AWS refuses the credentials");
  if (denied_.contains(action)) return not_tried(action + " is refused, as said above");
  auto reply = ask_(call);
  if (!reply) return tl::unexpected(refusal(call, std::move(reply).error()));
  return reply;
}

base::Error CheckQuestions::refusal(const model::Call& call, base::Error error) {
  are_credentials_refused_ = model::is_credentials_refused(error.code);
  // What a launch lacks depends on what it names, and who tries one says it.
  if (!model::is_right_missing(error.code) || model::is_mutating(call)) return error;
  const std::string action(model::action_of(call));
  denied_.insert(action);
  error.message = action + " is refused: " + error.message + "; allow " +
                  std::string(aws::service_of(call)) + ":" + action + " to the keeper's role";
  return error;
}

}  // namespace app
