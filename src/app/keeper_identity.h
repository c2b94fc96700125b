// The identity of a state folder: by it a keeper that comes back is told from another of its name.
//
// A random number in keeper.identity, made once. Who has lost the folder is somebody else from then
// on; whoever copies it makes a keeper that cannot be told from the first.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace app {

inline constexpr char kIdentityUnreadable[] = "IdentityUnreadable";

// One that nobody has yet.
std::string fresh_identity();

// The one of that folder; nothing where no keeper has been. Fails with kIdentityUnreadable when it
// cannot be looked at, which is so for another user, and otherwise when the file is damaged.
base::Result<std::optional<std::string>> identity_in(const std::string& state_dir);

// The same for the owner of the folder's lock, who makes one when there is none: it is durable
// before anybody hears of it.
base::Result<std::string> keep_identity(const std::string& state_dir);

}  // namespace app
