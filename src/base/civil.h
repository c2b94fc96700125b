// Civil: an Instant as a calendar of UTC shows it, and back. The proleptic Gregorian calendar.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace base {

struct Civil {
  int64_t year = 0;
  int month = 0, day = 0, hour = 0, minute = 0, second = 0, millis = 0;
};

Civil civil_from(Instant t);
// Since 1970-01-01; `month` and `day` count from 1.
int64_t days_from_civil(int64_t year, int month, int day);
int days_in_month(int64_t year, int month);

}  // namespace base
