// Prints the first IPv4 address of a name: what a static binary sees where tests/chroot puts it.
#include <arpa/inet.h>
#include <netdb.h>

#include <cstdio>
#include <string_view>

#include "net/resolver.h"

namespace {

int print_address(const char* name) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  addrinfo* found = nullptr;
  if (const int failure = getaddrinfo(name, nullptr, &hints, &found); failure != 0) {
    std::puts(gai_strerror(failure));
    return 1;
  }
  char text[INET_ADDRSTRLEN];
  const auto* address = reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  std::puts(inet_ntop(AF_INET, &address->sin_addr, text, sizeof text));
  freeaddrinfo(found);
  return 0;
}

}  // namespace

// lookup_probe plain|unprotected NAME
int main(int argc, char** argv) {
  if (argc != 3) return 2;
  if (std::string_view(argv[1]) == "plain") net::make_name_lookups_portable();
  return print_address(argv[2]);
}
