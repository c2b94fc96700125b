#include "sim/ec2_query.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "base/digest.h"
#include "base/result.h"

namespace sim {
namespace {

constexpr size_t kLongestToken = 64;       // Of a client.
constexpr size_t kMostFilterValues = 200;  // Of a request, as in AWS.
// AWS does not publish how long tokens live; a minute is shorter than anybody may rely on.
const base::Duration kTokenLife = base::Duration::minutes(1);

// Names a question: a token is good only for the one that made it.
std::string digest_of(const base::Form& form) {
  std::string text;
  for (const auto& [name, value] : form.pairs())
    if (name != "NextToken" && name != "MaxResults") text += name + "=" + value + "&";
  return base::hex(base::as_text(base::sha256(text))).substr(0, 16);
}

struct Token {
  std::string question, after;
  base::Instant issued_at;
};

std::string write_token(const Token& token) {
  return base::base64(token.question + "|" + std::to_string(token.issued_at.unix_ms()) + "|" +
                      token.after);
}

std::optional<Token> read_token(const std::string& text) {
  const auto plain = base::parse_base64(text);
  if (!plain) return std::nullopt;
  const size_t first = plain->find('|');
  const size_t second = plain->find('|', first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  int64_t issued_ms = 0;
  const char* end = plain->data() + second;
  const auto [rest, error] = std::from_chars(plain->data() + first + 1, end, issued_ms);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return Token{plain->substr(0, first), plain->substr(second + 1),
               base::Instant::from_unix_ms(issued_ms)};
}

bool is_known(const std::vector<std::string_view>& known, std::string_view name) {
  return std::any_of(known.begin(), known.end(), [&](std::string_view k) {
    return k == name || (k == "tag:" && name.starts_with(k) && name.size() > k.size());
  });
}

bool any_passes(const FilterClause& filter, const std::vector<std::string>& values) {
  for (const std::string& value : values)
    for (const std::string& pattern : filter.values)
      if (matches_wildcard(pattern, value)) return true;
  return false;
}

// "Overrides.12.SubnetId" as "Overrides.#.SubnetId".
std::string without_numbers(std::string_view name) {
  std::string out;
  for (size_t at = 0; at <= name.size();) {
    const size_t dot = std::min(name.find('.', at), name.size());
    const std::string_view part = name.substr(at, dot - at);
    const bool is_number = part.find_first_not_of("0123456789") == std::string_view::npos;
    if (at > 0) out += '.';
    out += is_number && !part.empty() ? "#" : part;
    at = dot + 1;
  }
  return out;
}

}  // namespace

// What makes two requests the same for an idempotency token: everything but the token.
std::string parameters_of(const base::Form& form) {
  auto pairs = form.pairs();
  std::erase_if(pairs, [](const auto& pair) {
    return pair.first == "ClientToken" || pair.first == "Action" || pair.first == "Version";
  });
  std::sort(pairs.begin(), pairs.end());
  base::Form sorted;
  for (auto& [name, value] : pairs) sorted.add(std::move(name), std::move(value));
  return sorted.encode();
}

Answer<std::string> read_client_token(const base::Form& form) {
  std::string token = form.get("ClientToken");
  if (token.size() > kLongestToken)
    return refuse("InvalidParameterValue", "ClientToken has at most 64 characters.");
  return token;
}

tl::unexpected<Refusal> token_mismatch() {
  return refuse("IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in "
                "previous request(s).");
}

std::string decimal_price(base::Money price) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%06lld",
                static_cast<long long>(price.micros() / 1'000'000),
                static_cast<long long>(price.micros() % 1'000'000));
  return text;
}

Answer<void> check_names(const base::Form& form, const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : form.pairs()) {
    const std::string general = without_numbers(name);
    if (std::find(known.begin(), known.end(), general) == known.end())
      return refuse("UnknownParameter", "The parameter " + name + " is not recognized");
  }
  return {};
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Answer<std::vector<FilterClause>> read_filters(const base::Form& form,
                                               const std::vector<std::string_view>& known) {
  std::vector<FilterClause> filters;
  size_t values = 0;
  for (const base::Form& group : groups_of(form, "Filter")) {
    FilterClause filter{group.get("Name"), list_of(group, "Value")};
    if (!is_known(known, filter.name))
      return refuse("InvalidParameterValue", "The filter '" + filter.name + "' is invalid");
    if (filter.values.empty())
      return refuse("InvalidParameterValue", "The filter '" + filter.name + "' needs a value");
    values += filter.values.size();
    filters.push_back(std::move(filter));
  }
  if (values > kMostFilterValues)
    return refuse("FilterLimitExceeded", "The maximum number of filter values is 200");
  return filters;
}

bool passes(const std::vector<FilterClause>& filters, const FilterValues& values) {
  return std::all_of(filters.begin(), filters.end(), [&](const FilterClause& filter) {
    return any_passes(filter, values(filter.name));
  });
}

bool allows(const std::vector<std::string>& wanted, const std::string& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

Answer<Page> Page::read(const base::Form& form, std::string_view id_parameter, PageLimits limits,
                        base::Instant now) {
  Page page;
  page.now_ = now;
  ASSIGN_OR_RETURN(page.room_, number_of(form, "MaxResults", limits.most));
  if (page.room_ < limits.least || page.room_ > limits.most)
    return refuse("InvalidParameterValue",
                  "Value ( " + std::to_string(page.room_) +
                      " ) for parameter maxResults is invalid. Expecting a value from " +
                      std::to_string(limits.least) + " to " + std::to_string(limits.most) + ".");
  const bool is_paged = form.find("MaxResults") || form.find("NextToken");
  if (is_paged && !list_of(form, id_parameter).empty())
    return refuse("InvalidParameterCombination",
                  "The parameter " + std::string(id_parameter) +
                      " cannot be used with the parameter maxResults");
  page.question_ = digest_of(form);
  const std::string text = form.get("NextToken");
  if (text.empty()) return page;
  const auto token = read_token(text);
  if (!token || token->question != page.question_ || now - token->issued_at > kTokenLife)
    return refuse("InvalidNextToken", "The token '" + text + "' is not valid or has expired.");
  page.after_ = token->after;
  return page;
}

bool Page::admit(const std::string& key) {
  if (room_ == 0) {
    next_token_ = write_token({question_, last_, now_});
    return false;
  }
  --room_;
  last_ = key;
  return true;
}

}  // namespace sim
