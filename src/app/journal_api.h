// JournalApi: the part of the API that the journal alone can answer.
//
// The same answers come from a running keeper (its API's thread) and, when none is running, from
// the state folder (the command line). Reads through a connection of its own that cannot write.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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
  // `now` is when "the last day" ends.
  static base::Result<std::unique_ptr<JournalApi>> open(const std::string& path, Now now);

  // Nothing when the path is not one of the journal's:
  //   /api/v1/incidents?open=1&group=&limit=&before=   /api/v1/incidents/ID
  //   /api/v1/events?limit=&before=                    /api/v1/quarantine?limit=&before=
  //   /api/v1/prices?type=&zone=&last=24h
  //   /api/v1/quarantine/SEQ
  std::optional<net::Response> answer(const net::Request& request);

 private:
  JournalApi(std::unique_ptr<store::Database> database, Now now)
      : database_(std::move(database)), now_(std::move(now)) {}

  net::Response incidents(const net::Request& request);
  net::Response incident(std::string_view encoded_id);
  net::Response events(const net::Request& request);
  net::Response quarantine(const net::Request& request);
  net::Response prices(const net::Request& request);
  net::Response quarantined_item(std::string_view number);

  std::unique_ptr<store::Database> database_;
  std::unique_ptr<engine::Journal> journal_;
  const Now now_;
};

}  // namespace app
