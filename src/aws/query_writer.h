// QueryWriter: the form of one Query request, field by field, in the spellings of EC2 and of the
// rest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/form.h"
#include "base/id.h"
#include "model/call.h"
#include "net/http.h"

namespace aws {

// The unsigned request that carries a form to an endpoint.
net::Request post_form(const net::Endpoint& endpoint, std::string body);

class QueryWriter {
 public:
  QueryWriter(std::string_view action, std::string_view version);

  void add(std::string name, std::string value) { form_.add(std::move(name), std::move(value)); }
  // Not sent when empty.
  void add_optional(std::string name, const std::string& value);

  // "InstanceId.1=…&InstanceId.2=…".
  void add_list(std::string_view name, const std::vector<std::string>& values);
  template <class Tag>
  void add_list(std::string_view name, const std::vector<base::Id<Tag>>& ids) {
    for (size_t i = 0; i < ids.size(); ++i) add(indexed(name, i), ids[i].str());
  }
  // "Filter.1.Name=…&Filter.1.Value.1=…".
  void add_filters(const std::vector<model::Filter>& filters);
  void add_launch_data(const std::string& prefix, const model::LaunchData& data) {
    model::add_launch_data(form_, prefix, data);
  }
  // "TagSpecification.1"; nothing without tags.
  void add_tag_specification(const std::string& resource_type, const std::vector<model::Tag>& tags);
  void add_page(int max_results, const model::PageToken& next);

  std::string body() const { return form_.encode(); }

  // "name.1" for the first: AWS counts from one.
  static std::string indexed(std::string_view name, size_t index);

 private:
  base::Form form_;
};

}  // namespace aws
