// JournalApi: the part of the API that the journals alone can answer: one for each site.
//
// The same answers come from a running keeper (its API's thread) and, when none is running, from
// the state folder (the command line). Reads through connections of its own that cannot write.
// Numbers count within a journal, so what is one of them is told and asked for with its site; a
// list is of all sites, the newest first. A journal that cannot be read keeps nobody from the
// others: a list says so in "not_seen".
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/state_folder.h"
#include "base/form.h"
#include "base/result.h"
#include "engine/journal.h"
#include "net/http.h"
#include "store/database.h"

namespace app {

inline constexpr char kLastPrices[] = "24h";
// How far back prices may be asked for: as far as they are remembered.
inline constexpr char kLastAllowed[] =
    "a duration of at least 1s and at most 31d, as 90m, 24h or 7d";
std::optional<base::Duration> parse_last(std::string_view text);

class JournalApi {
 public:
  using Now = std::function<base::Instant()>;
  // At least one place. `now` is when "the last day" ends. Opens nothing yet: a journal may come
  // later.
  JournalApi(std::vector<JournalPlace> places, Now now);

  // Nothing when the path is not one of the journal's:
  //   /api/v1/incidents?open=1&group=&limit=&before=   /api/v1/incidents/ID
  //   /api/v1/incidents?instance=
  //   /api/v1/events?limit=&before=                    /api/v1/quarantine?limit=&before=
  //   /api/v1/prices?type=&zone=&last=24h
  //   /api/v1/quarantine/SEQ
  // Each takes site=NAME as well.
  std::optional<net::Response> answer(const net::Request& request);

 private:
  struct SiteJournal {
    JournalPlace place;
    std::unique_ptr<store::Database> database;  // Null until it could be opened.
    std::unique_ptr<engine::Journal> journal;
  };
  // Those that are asked; at least one of them can be read.
  struct Asked {
    std::vector<SiteJournal*> journals;
    std::vector<std::string> not_seen;  // Why, of the others.
  };

  static base::Status open(SiteJournal& site);
  base::Result<Asked> asked(const base::Form& form);
  net::Response incidents(const net::Request& request);
  net::Response incidents_of_instance(const net::Request& request);
  net::Response incident(const net::Request& request, std::string_view encoded_id);
  net::Response events(const net::Request& request);
  net::Response quarantine(const net::Request& request);
  net::Response prices(const net::Request& request);
  net::Response quarantined_item(const net::Request& request, std::string_view number);
  template <class Item, class Read>
  net::Response list(const base::Form& form, std::string_view name, Read read);

  std::vector<SiteJournal> sites_;
  const Now now_;
};

}  // namespace app
