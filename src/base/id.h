// Id<Tag>: a string that is one kind of name and cannot be passed for another.
//
// Ordered as the texts are. Beside the text stand its first eight bytes as a number: the names of
// AWS are too long for a string to hold in place, so comparing texts would look at two more places
// in memory, and a keeper of thousands of machines does little else than look names up.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace base {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : head_(head_of(value)), value_(std::move(value)) {}
  explicit Id(std::string_view value) : Id(std::string(value)) {}
  explicit Id(const char* value) : Id(std::string(value)) {}
  Id(const Id&) = default;
  Id& operator=(const Id&) = default;
  // What was moved from is empty, its head too.
  Id(Id&& other) noexcept
      : head_(std::exchange(other.head_, 0)), value_(std::exchange(other.value_, {})) {}
  Id& operator=(Id&& other) noexcept {
    head_ = std::exchange(other.head_, 0);
    value_ = std::exchange(other.value_, {});
    return *this;
  }

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend bool operator==(const Id& a, const Id& b) {
    return a.head_ == b.head_ && a.value_ == b.value_;
  }
  friend std::strong_ordering operator<=>(const Id& a, const Id& b) {
    return a.head_ != b.head_ ? a.head_ <=> b.head_ : a.value_ <=> b.value_;
  }

 private:
  // The first byte counts most, and what is missing counts as zero: so heads that differ order as
  // the texts do, and the texts decide about those that do not.
  static uint64_t head_of(std::string_view value) {
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof head; ++i)
      head = head << 8 | (i < value.size() ? static_cast<unsigned char>(value[i]) : 0u);
    return head;
  }

  uint64_t head_ = 0;
  std::string value_;
};

}  // namespace base

template <class Tag>
struct std::hash<base::Id<Tag>> {
  size_t operator()(const base::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
