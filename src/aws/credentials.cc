#include "aws/credentials.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/quote.h"

namespace aws {
namespace {

class StaticCredentials : public CredentialsProvider {
 public:
  explicit StaticCredentials(net::Credentials credentials) : credentials_(std::move(credentials)) {}
  void get(Done done) override { done(credentials_); }
  void refuse(const std::string&) override {}  // There are no others.

 private:
  const net::Credentials credentials_;
};

// The file may be there in a moment: whoever renews tokens replaces it.
tl::unexpected<base::Error> unreadable(const std::string& path, const char* why) {
  return base::fail("UnreadableToken", "the token file " + base::quote(path) + " " + why,
                    base::Retry::kBackoff);
}

}  // namespace

std::unique_ptr<CredentialsProvider> make_static_credentials(net::Credentials credentials) {
  return std::make_unique<StaticCredentials>(std::move(credentials));
}

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (!value || !*value) return std::nullopt;
    return value;
  };
}

base::Result<std::string> read_token_file(const std::string& path, size_t most_bytes) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return unreadable(path, "is not there");
  std::ifstream file(path, std::ios::binary);
  std::string text(most_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && file.fail()) return unreadable(path, "cannot be read");
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > most_bytes) return unreadable(path, "is too long");
  constexpr char kBlank[] = " \t\r\n";
  text.erase(text.find_last_not_of(kBlank) + 1);  // npos + 1 is 0: nothing but blanks.
  text.erase(0, text.find_first_not_of(kBlank));
  if (text.empty()) return unreadable(path, "is empty");
  return text;
}

}  // namespace aws
