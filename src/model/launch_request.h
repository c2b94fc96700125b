// The body of a RunInstances request, written once and then only repeated.
//
// The ledger keeps these bytes, so this is where they are decided: the order of fields is part of
// the form. The token is derived from the ledger entry, so the same entry always has the same token
// and two entries never share one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "model/ids.h"
#include "model/instance.h"
#include "model/ledger_record.h"

namespace model {

struct LaunchParameters {
  std::string deployment;
  GroupName group;
  LaunchId launch;
  LaunchTemplateId launch_template;
  int64_t template_version = 0;
  InstanceType type;
  SubnetId subnet;
  Lifecycle lifecycle = Lifecycle::kSpot;
  std::optional<base::Money> max_price;  // Of Spot, per hour; nothing: on-demand's.
  std::vector<Tag> tags;                 // Beside ours.
  int count = 1;                         // MaxCount; MinCount is 1: what comes is taken.
  std::string client_token;
};

// Names the deployment that owns the launches: two deployments in one account never share tokens.
struct TokenScope {
  std::string deployment;
  AccountId account;
  Region region;
};

// base64url(SHA-256(deployment, account, region, group, incarnation, n)): 43 characters of
// AWS's 64.
std::string client_token(const TokenScope& scope, const GroupName& group, const LaunchId& launch);

std::string launch_request_body(const LaunchParameters& parameters);

// The ways to machines, each with bytes and an answer of its own.
enum class LaunchKind {
  kRunInstances,
  kFleet,        // model/fleet_request.h
  kSpotRequest,  // model/spot_request.h: what comes is known by its request, and bears no tags yet.
  kAdoption,     // model/adoption.h: the machines run already.
};
std::optional<LaunchKind> kind_of_launch(const std::string& body);

// True when the bytes are a launch that we would have written for that entry: nothing that would go
// on launching by itself, with the entry's own token and our three tags. The ledger may lie where
// others can write, and its bytes are signed as they are.
bool is_launch_request(const std::string& body, const TokenScope& scope, const GroupName& group,
                       const LaunchId& launch);

}  // namespace model
