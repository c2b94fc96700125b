// What keeps a site's journal from being used at the start, with what to do about it.
#pragma once

#include <string>

#include "base/result.h"

namespace app {

// That the state folder's disk or the journal's file is to blame, and nobody at AWS.
bool is_about_journal(const base::Error& error);

// The same error; where it is about the journal, which is at `path`, its message says what helps.
base::Error with_cure(base::Error error, const std::string& path);

}  // namespace app
