#include "aws/query_writer.h"

#include "model/launch_form.h"

namespace aws {

net::Request post_form(const net::Endpoint& endpoint, std::string body) {
  net::Request request;
  request.method = "POST";
  request.path = endpoint.base_path + "/";
  request.headers.add("Host", endpoint.authority());
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = std::move(body);
  return request;
}

QueryWriter::QueryWriter(std::string_view action, std::string_view version) {
  add("Action", std::string(action));
  add("Version", std::string(version));
}

std::string QueryWriter::indexed(std::string_view name, size_t index) {
  return std::string(name) + '.' + std::to_string(index + 1);
}

void QueryWriter::add_optional(std::string name, const std::string& value) {
  if (!value.empty()) add(std::move(name), value);
}

void QueryWriter::add_list(std::string_view name, const std::vector<std::string>& values) {
  for (size_t i = 0; i < values.size(); ++i) add(indexed(name, i), values[i]);
}

void QueryWriter::add_filters(const std::vector<model::Filter>& filters) {
  for (size_t i = 0; i < filters.size(); ++i) {
    const std::string filter = indexed("Filter", i);
    add(filter + ".Name", filters[i].name);
    add_list(filter + ".Value", filters[i].values);
  }
}

void QueryWriter::add_tag_specification(const std::string& resource_type,
                                        const std::vector<model::Tag>& tags) {
  if (!tags.empty()) model::add_tag_specification(form_, 1, resource_type, tags);
}

void QueryWriter::add_page(int max_results, const model::PageToken& next) {
  if (max_results > 0) add("MaxResults", std::to_string(max_results));
  add_optional("NextToken", next);
}

}  // namespace aws
