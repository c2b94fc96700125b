#include "sim/form_xml.h"

#include <algorithm>
#include <string>

namespace sim {
namespace {

std::string lower_first(std::string_view name) {
  std::string text(name);
  if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z')
    text.front() = static_cast<char>(text.front() - 'A' + 'a');
  return text;
}

std::string_view first_part(std::string_view name) { return name.substr(0, name.find('.')); }

// The names right below the form's root, once each, in the order of their coming.
std::vector<std::string> members_of(const base::Form& form) {
  std::vector<std::string> names;
  for (const auto& [name, value] : form.pairs()) {
    const std::string first(first_part(name));
    if (std::find(names.begin(), names.end(), first) == names.end()) names.push_back(first);
  }
  return names;
}

bool is_list(const base::Form& form) {
  return std::all_of(form.pairs().begin(), form.pairs().end(), [](const auto& pair) {
    return first_part(pair.first).find_first_not_of("0123456789") == std::string_view::npos;
  });
}

class Writer {
 public:
  Writer(Xml& xml, const std::vector<ListSpelling>& spellings) : xml_(xml), spellings_(spellings) {}

  void write(const base::Form& form, const std::string& path) {
    for (const std::string& name : members_of(form)) {
      const std::string own_path = path.empty() ? name : path + "." + name;
      const base::Form sub = below(form, name);
      if (const std::string* value = form.find(name))
        xml_.text(lower_first(name), *value);
      else if (is_list(sub))
        write_list(form, name, own_path);
      else
        xml_.element(lower_first(name), [&] { write(sub, own_path); });
    }
  }

 private:
  void write_list(const base::Form& form, const std::string& name, const std::string& path) {
    const ListSpelling spelling = spelling_of(path);
    const std::string element =
        spelling.element.empty() ? lower_first(name) + "Set" : std::string(spelling.element);
    xml_.element(element, [&] {
      for (const std::string& text : list_of(form, name)) write_text(spelling, text);
      for (const base::Form& group : groups_of(form, name))
        if (!group.pairs().empty()) xml_.element(spelling.member, [&] { write(group, path); });
    });
  }

  void write_text(const ListSpelling& spelling, const std::string& text) {
    if (spelling.inner.empty()) {
      xml_.text(spelling.member, text);
    } else {
      xml_.element(spelling.member, [&] { xml_.text(spelling.inner, text); });
    }
  }

  ListSpelling spelling_of(std::string_view path) const {
    for (const ListSpelling& spelling : spellings_)
      if (spelling.parameter == path) return spelling;
    return {};
  }

  Xml& xml_;
  const std::vector<ListSpelling>& spellings_;
};

}  // namespace

void write_form(Xml& xml, const base::Form& form, const std::vector<ListSpelling>& spellings) {
  Writer(xml, spellings).write(form, {});
}

}  // namespace sim
