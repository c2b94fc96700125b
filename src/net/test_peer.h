// The other end of a connection, for tests: blocking, literal, and able to misbehave.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace net {

// A connected socket. What takes longer than five seconds counts as a closed connection.
class TestPeer {
 public:
  explicit TestPeer(int fd);
  TestPeer(TestPeer&&) noexcept;
  ~TestPeer();
  static TestPeer connect(int port);

  // Everything up to and including the blank line.
  std::string read_head();
  std::string read_exactly(size_t size);
  // What comes until the other side closes; `closed` is false when that takes too long.
  std::string read_rest(bool* closed = nullptr);
  void write(std::string_view bytes);
  void close();  // With a FIN.
  void reset();  // With an RST.
  bool accept_tls(SSL_CTX* context);

 private:
  bool read_byte(char& byte);

  int fd_;
  SSL* ssl_ = nullptr;
};

// Listens on a free port and runs one script per connection, in order, on its own thread.
class ScriptedServer {
 public:
  using Script = std::function<void(TestPeer&)>;
  explicit ScriptedServer(std::vector<Script> scripts);
  ~ScriptedServer() { join(); }
  // Waits for the scripts to end; connections that have not come yet are forgotten.
  void join();
  int port() const { return port_; }

 private:
  int listener_;
  int port_;
  std::thread thread_;
};

// A port on which nothing listens.
int closed_port();

// A certificate authority made for one test, with its certificate in a temporary file.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  const std::string& file() const { return file_; }
  // For a server that is called `name`, as in subjectAltName: "DNS:localhost", "IP:127.0.0.1".
  std::shared_ptr<SSL_CTX> issue(const std::string& name) const;

 private:
  EVP_PKEY* key_;
  X509* certificate_;
  std::string file_;
};

}  // namespace net
