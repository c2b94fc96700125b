#include "aws/profile_files.h"

namespace aws {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_comment(std::string_view line) { return line.starts_with('#') || line.starts_with(';'); }

// "[profile  web]" is the section "profile web".
std::string section_name(std::string_view line) {
  const std::string_view inner = trim(line.substr(1, line.find(']') - 1));
  constexpr std::string_view kPrefix = "profile";
  if (!inner.starts_with(kPrefix) || inner.size() == kPrefix.size()) return std::string(inner);
  const std::string_view rest = inner.substr(kPrefix.size());
  const bool spaced = rest.front() == ' ' || rest.front() == '\t';
  return spaced ? "profile " + std::string(trim(rest)) : std::string(inner);
}

void take_setting(std::string_view line, Profile& profile) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view name = trim(line.substr(0, equals));
  const std::string value(trim(line.substr(equals + 1)));
  if (name == "aws_access_key_id") profile.access_key = value;
  if (name == "aws_secret_access_key") profile.secret_key = value;
  if (name == "aws_session_token") profile.session_token = value;
}

Profile read_section(std::string_view text, const std::string& wanted) {
  Profile profile;
  bool inside = false;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (is_comment(line)) continue;
    if (line.starts_with('[')) {
      inside = section_name(line) == wanted;
      profile.exists |= inside;
    } else if (inside) {
      take_setting(line, profile);
    }
  }
  return profile;
}

}  // namespace

Profile find_profile(const ProfileFiles& files, std::string_view name) {
  const std::string plain(name);
  const Profile credentials = read_section(files.credentials, plain);
  Profile config = read_section(files.config, "profile " + plain);
  if (!config.exists && name == "default") config = read_section(files.config, plain);
  // Keys are a set: never one file's key with the other's secret.
  Profile found = credentials.access_key.empty() ? config : credentials;
  found.exists = credentials.exists || config.exists;
  return found;
}

}  // namespace aws
