// From letters to messages: one letter as it is, many as one message that counts them. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "notify/address.h"

namespace notify {

struct Message {
  std::string id;
  std::string text;      // For people.
  std::string document;  // JSON, for programs.

  friend bool operator==(const Message&, const Message&) = default;
};

// How many of the letters that wait go into the next message, while the bucket has `left` > 0: each
// goes alone as long as a message is left for the rest, and the last one takes them all.
size_t letters_for_next(size_t waiting, int64_t left);

// Of at least one letter, oldest first. The same letters make the same message, id included.
Message message_of(const std::vector<Letter>& letters, const model::KeeperName& keeper);

// The message again, for that target: from a document that message_of wrote.
base::Result<Letter> letter_again(const std::string& document, const std::string& target,
                                  base::Instant now);

// For whoever wants to see whether a target hears.
Message test_message(const model::KeeperName& keeper, base::Instant now);

}  // namespace notify
