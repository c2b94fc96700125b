// CheckQuestions: asks AWS for a check, and not again for what it has refused already.
//
// Of a right that is missing it says which one. Once the credentials are refused, or an action is
// for lack of a right, the same question has the same answer: it is answered as not tried.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "base/result.h"
#include "model/call.h"

namespace app {

using Asker = std::function<base::Result<model::Reply>(model::Call)>;

class CheckQuestions {
 public:
  explicit CheckQuestions(Asker ask) : ask_(std::move(ask)) {}

  base::Result<model::Reply> ask(model::Call call);

 private:
  base::Error refusal(const model::Call& call, base::Error error);

  const Asker ask_;
  bool are_credentials_refused_ = false;
  std::set<std::string> denied_;  // Actions.
};

}  // namespace app
