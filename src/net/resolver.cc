#include "net/resolver.h"

#include <nss.h>

#include "base/check.h"

namespace net {

// glibc reads /etc/nsswitch.conf and loads a plugin for each source that it lists. A static binary
// that loads another distribution's plugin ("resolve", "myhostname", "sss") dies with SIGFPE or
// SIGABRT, because the plugin brings another glibc. These lists take the file's place.
void make_name_lookups_portable() {
  CHECK(__nss_configure_lookup("hosts", "files dns") == 0);
  CHECK(__nss_configure_lookup("passwd", "files") == 0);
  CHECK(__nss_configure_lookup("group", "files") == 0);
}

}  // namespace net
