// What the codecs of EC2's calls share: the request of a list, and its answer item by item.
//
// Include this only from .cc files: it brings pugixml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/answer.h"
#include "aws/query_writer.h"
#include "aws/xml.h"
#include "model/call.h"

namespace aws {

inline QueryWriter ec2_query(std::string_view action) { return QueryWriter(action, "2016-11-15"); }

// The shape of a list's request that most describes share.
template <class Describe>
std::string describe_body(std::string_view action, std::string_view id_name, const Describe& call) {
  QueryWriter query = ec2_query(action);
  query.add_list(id_name, call.ids);
  query.add_filters(call.filters);
  query.add_page(call.max_results, call.next);
  return query.body();
}

// Reads every <item> of parent/list with `read`.
template <class Item>
base::Result<std::vector<Item>> items(pugi::xml_node parent, const char* list,
                                      base::Result<Item> (*read)(pugi::xml_node)) {
  ASSIGN_OR_RETURN(const pugi::xml_node set, xml::required(parent, list));
  std::vector<Item> found;
  for (const pugi::xml_node node : set.children("item")) {
    ASSIGN_OR_RETURN(Item item, read(node));
    found.push_back(std::move(item));
  }
  return found;
}

// As items, where AWS leaves an empty list out.
template <class Item>
base::Result<std::vector<Item>> optional_items(pugi::xml_node parent, const char* list,
                                               base::Result<Item> (*read)(pugi::xml_node)) {
  if (!parent.child(list)) return std::vector<Item>{};
  return items(parent, list, read);
}

// One page: parses, reads the list, and keeps the token of the next.
template <class Reply, class Item>
base::Result<model::Reply> page(std::string_view body, const char* root, const char* list,
                                std::vector<Item> Reply::*field,
                                base::Result<Item> (*read)(pugi::xml_node)) {
  ASSIGN_OR_RETURN(const pugi::xml_document document, xml::parse(body, root));
  Reply reply;
  ASSIGN_OR_RETURN(reply.*field, items(document.document_element(), list, read));
  reply.next = xml::text(document.document_element(), "nextToken");
  return reply;
}

base::Result<model::Reply> done(std::string_view body, const char* root);
base::Result<model::Tag> read_tag(pugi::xml_node node);

}  // namespace aws
