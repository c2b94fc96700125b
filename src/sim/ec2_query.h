// What EC2's calls have in common: idempotency tokens and known parameters; for describes filters
// with wildcards, pages, and the id lists beside them.
//
// Page tokens name the last thing shown, so pages stay right while the world changes; they expire
// and are good only for the question that made them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/form.h"
#include "base/money.h"
#include "base/time.h"
#include "sim/wire.h"

namespace sim {

// What makes two requests the same for an idempotency token: everything but the token.
std::string parameters_of(const base::Form& form);
// AWS's limit on its length is the only rule.
Answer<std::string> read_client_token(const base::Form& form);
tl::unexpected<Refusal> token_mismatch();

// With six decimals, as EC2 writes Spot prices.
std::string decimal_price(base::Money price);

// Refuses parameters outside `known`, in which "#" stands for the number of a list's element.
Answer<void> check_names(const base::Form& form, const std::vector<std::string_view>& known);

struct FilterClause {
  std::string name;
  std::vector<std::string> values;
};

// Values of the thing under that filter name; several for tags' keys, none when it has none.
using FilterValues = std::function<std::vector<std::string>(std::string_view filter)>;

// "*" any text, "?" any letter.
bool matches_wildcard(std::string_view pattern, std::string_view text);

// Refuses names outside `known`; "tag:" stands for every "tag:<key>".
Answer<std::vector<FilterClause>> read_filters(const base::Form& form,
                                               const std::vector<std::string_view>& known);
// Every filter holds; within one, any value does.
bool passes(const std::vector<FilterClause>& filters, const FilterValues& values);

// No wish, or one of those wished for.
bool allows(const std::vector<std::string>& wanted, const std::string& value);

struct PageLimits {
  int least = 5, most = 1000;
};

class Page {
 public:
  // `id_parameter` names the id list that may not be combined with MaxResults.
  static Answer<Page> read(const base::Form& form, std::string_view id_parameter, PageLimits limits,
                           base::Instant now);

  // Where to go on: things with a key greater than this. Empty at the beginning.
  const std::string& after() const { return after_; }
  // Counts one thing in. False when the page is full: then next_token() continues after the last.
  bool admit(const std::string& key);
  const std::string& next_token() const { return next_token_; }

 private:
  std::string after_, last_, next_token_, question_;
  int room_ = 0;
  base::Instant now_;
};

}  // namespace sim
