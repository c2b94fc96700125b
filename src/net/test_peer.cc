#include "net/test_peer.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace net {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int bound_socket(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  CHECK(fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port = ntohs(address.sin_port);
  return fd;
}

X509* make_certificate(const std::string& name, EVP_PKEY* key, const std::string& alt_name) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), alt_name.empty() ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  const bool is_authority = alt_name.empty();
  X509_EXTENSION* extension =
      is_authority
          ? X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE")
          : X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alt_name.c_str());
  CHECK(extension && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
  return certificate;
}

}  // namespace

TestPeer::TestPeer(int fd) : fd_(fd) {
  const timeval limit{5, 0};
  CHECK(setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  CHECK(setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0);
}

TestPeer::TestPeer(TestPeer&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), ssl_(std::exchange(other.ssl_, nullptr)) {}

TestPeer::~TestPeer() {
  if (ssl_) SSL_free(ssl_);
  close();
}

TestPeer TestPeer::connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(port);
  CHECK(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return TestPeer(fd);
}

bool TestPeer::read_byte(char& byte) {
  if (fd_ < 0) return false;
  return ssl_ ? SSL_read(ssl_, &byte, 1) == 1 : recv(fd_, &byte, 1, 0) == 1;
}

std::string TestPeer::read_head() {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && read_byte(byte)) head += byte;
  return head;
}

std::string TestPeer::read_exactly(size_t size) {
  std::string out;
  char byte = 0;
  while (out.size() < size && read_byte(byte)) out += byte;
  return out;
}

std::string TestPeer::read_rest(bool* closed) {
  std::string out;
  char byte = 0;
  errno = 0;
  while (read_byte(byte)) out += byte;
  if (closed) *closed = errno != EAGAIN && errno != EWOULDBLOCK;
  return out;
}

void TestPeer::write(std::string_view bytes) {
  // A peer that has gone is what some tests are about.
  if (ssl_) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  } else {
    const auto written = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    static_cast<void>(written);
  }
}

void TestPeer::reset() {
  const linger at_once{1, 0};
  CHECK(setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
  close();
}

void TestPeer::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool TestPeer::accept_tls(SSL_CTX* context) {
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, fd_);
  return SSL_accept(ssl_) == 1;
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts) : listener_(bound_socket(port_)) {
  CHECK(listen(listener_, 64) == 0);
  thread_ = std::thread([this, scripts = std::move(scripts)] {
    for (const Script& script : scripts) {
      const int fd = accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      TestPeer peer(fd);
      script(peer);
    }
  });
}

void ScriptedServer::join() {
  if (!thread_.joinable()) return;
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

int closed_port() {
  int port = 0;
  close(bound_socket(port));
  return port;
}

TestAuthority::TestAuthority()
    : key_(EVP_EC_gen("P-256")), certificate_(make_certificate("Test CA", key_, "")) {
  X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
  CHECK(X509_sign(certificate_, key_, EVP_sha256()) > 0);
  const char* folder = std::getenv("TMPDIR");
  file_ = std::string(folder ? folder : "/tmp") + "/spotkeeper-ca-XXXXXX";
  const int fd = mkstemp(file_.data());
  CHECK(fd >= 0);
  FILE* out = fdopen(fd, "w");
  CHECK(out && PEM_write_X509(out, certificate_) == 1);
  fclose(out);
}

TestAuthority::~TestAuthority() {
  unlink(file_.c_str());
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

std::shared_ptr<SSL_CTX> TestAuthority::issue(const std::string& name) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = make_certificate("server", key, name);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate_));
  CHECK(X509_sign(certificate, key_, EVP_sha256()) > 0);
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  CHECK(SSL_CTX_use_certificate(context.get(), certificate) == 1);
  CHECK(SSL_CTX_use_PrivateKey(context.get(), key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

}  // namespace net
