#include "aws/profile_files.h"

#include <algorithm>
#include <functional>

#include "aws/shell_words.h"

namespace aws {
namespace {

struct Setting {
  std::string_view name;
  std::string Profile::*member;
};

constexpr Setting kKeys[] = {
    {"aws_access_key_id", &Profile::access_key},
    {"aws_secret_access_key", &Profile::secret_key},
    {"aws_session_token", &Profile::session_token},
};

constexpr Setting kSettings[] = {
    {"role_arn", &Profile::role_arn},
    {"source_profile", &Profile::source_profile},
    {"credential_source", &Profile::credential_source},
    {"external_id", &Profile::external_id},
    {"role_session_name", &Profile::role_session_name},
    {"duration_seconds", &Profile::duration_seconds},
    {"mfa_serial", &Profile::mfa_serial},
    {"web_identity_token_file", &Profile::web_identity_token_file},
    {"credential_process", &Profile::credential_process},
    {"sso_session", &Profile::sso_session},
    {"sso_start_url", &Profile::sso_start_url},
    {"sso_account_id", &Profile::sso_account_id},
    {"sso_role_name", &Profile::sso_role_name},
};

constexpr std::string_view kBlank = " \t\r";

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_comment(std::string_view line) { return line.starts_with('#') || line.starts_with(';'); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

void take_setting(std::string_view line, Profile& profile) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const std::string name = lower(trim(line.substr(0, equals)));
  const std::string_view value = trim(line.substr(equals + 1));
  for (const Setting& setting : kKeys)
    if (setting.name == name) profile.*setting.member = value;
  for (const Setting& setting : kSettings)
    if (setting.name == name) profile.*setting.member = value;
}

// Whether a section, by what stands between its brackets, is the wanted one.
using IsWanted = std::function<bool(std::string_view section)>;

Profile read_section(std::string_view text, const IsWanted& is_wanted) {
  Profile profile;
  bool is_inside = false;
  size_t indent = std::string_view::npos;  // Of the last setting; a line further in belongs to it.
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string_view line = trim(whole);
    if (line.empty() || is_comment(line)) continue;
    const size_t further = whole.find_first_not_of(kBlank);
    if (line.starts_with('[')) {
      is_inside = is_wanted(trim(line.substr(1, line.find(']') - 1)));
      profile.exists |= is_inside;
      indent = std::string_view::npos;
    } else if (further <= indent) {
      indent = further;
      if (is_inside) take_setting(line, profile);
    }
  }
  return profile;
}

// `[profile web]`, `[profile "our web"]`.
IsWanted named_profile(const std::string& name) {
  return [name](std::string_view section) {
    const auto words = split_words(section);
    return words && *words == std::vector<std::string>{"profile", name};
  };
}

IsWanted named(const std::string& name) {
  return [name](std::string_view section) { return section == name; };
}

}  // namespace

Profile find_profile(const ProfileFiles& files, std::string_view name) {
  const std::string plain(name);
  const Profile credentials = read_section(files.credentials, named(plain));
  Profile found = read_section(files.config, named_profile(plain));
  if (!found.exists && name == "default") found = read_section(files.config, named(plain));
  found.exists |= credentials.exists;
  for (const Setting& setting : kSettings)
    if (const std::string& value = credentials.*setting.member; !value.empty())
      found.*setting.member = value;
  found.has_keys_in_config = !found.access_key.empty() && credentials.access_key.empty();
  // Keys are a set: never one file's key with the other's secret.
  if (!credentials.access_key.empty())
    for (const Setting& setting : kKeys) found.*setting.member = credentials.*setting.member;
  return found;
}

}  // namespace aws
