// Several lists, each newest first, as one. Pure.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace app {

// The `most` newest, each with the number of its list. A list's own order is kept, whatever times
// it has; of two that are equally new the earlier list's comes first.
template <class Item, class Time>
std::vector<std::pair<size_t, Item>> newest_first(std::vector<std::vector<Item>> lists, size_t most,
                                                  Time time_of) {
  std::vector<std::pair<size_t, Item>> merged;
  std::vector<size_t> taken(lists.size());
  while (merged.size() < most) {
    size_t newest = lists.size();
    for (size_t i = 0; i < lists.size(); ++i) {
      if (taken[i] == lists[i].size()) continue;
      if (newest == lists.size() ||
          time_of(lists[newest][taken[newest]]) < time_of(lists[i][taken[i]]))
        newest = i;
    }
    if (newest == lists.size()) break;
    merged.emplace_back(newest, std::move(lists[newest][taken[newest]++]));
  }
  return merged;
}

}  // namespace app
