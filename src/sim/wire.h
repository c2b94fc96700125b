// The wire forms that the region's services share: refusals, XML answers and Query parameters.
//
// A service reads parameters, acts, and answers with text or a Refusal; how a refusal looks on the
// wire is decided once, per protocol, in region.cc.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/form.h"
#include "base/result.h"

namespace sim {

// AWS's "no": its own code and HTTP status.
struct Refusal {
  int status = 400;
  std::string code;
  std::string message;
};

template <class T>
using Answer = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(std::string code, std::string message, int status = 400) {
  return tl::unexpected<Refusal>(Refusal{status, std::move(code), std::move(message)});
}

// Writes XML without a prologue. Elements close by construction.
class Xml {
 public:
  Xml& text(std::string_view name, std::string_view value);
  Xml& number(std::string_view name, int64_t value);
  template <class Body>
  Xml& element(std::string_view name, Body body) {
    out_ += '<';
    out_ += name;
    out_ += '>';
    body();
    out_ += "</";
    out_ += name;
    out_ += '>';
    return *this;
  }
  // Text that already is XML.
  Xml& raw(std::string_view xml) {
    out_ += xml;
    return *this;
  }
  const std::string& str() const { return out_; }

 private:
  std::string out_;
};

std::string xml_escape(std::string_view text);

// The values of "Prefix.1", "Prefix.2", … in the order of their numbers.
std::vector<std::string> list_of(const base::Form& form, std::string_view prefix);
// For "Prefix.1.Name", "Prefix.1.Value.1", "Prefix.2.Name": one form per number, without the
// prefix.
std::vector<base::Form> groups_of(const base::Form& form, std::string_view prefix);
// Everything below "Prefix.", without the prefix.
base::Form below(const base::Form& form, std::string_view prefix);

// The whole number called `name`, or `fallback` when it is absent.
Answer<int> number_of(const base::Form& form, std::string_view name, int fallback);

}  // namespace sim
