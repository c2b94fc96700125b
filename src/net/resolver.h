// Name look-ups in a fully static binary.
#pragma once

namespace net {

// Makes getaddrinfo and getpwnam use only what is linked in: files and DNS. Call it first in main,
// before any thread starts; it holds for the process.
void make_name_lookups_portable();

}  // namespace net
