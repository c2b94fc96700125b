#include "fuzz/mutate.h"

#include <algorithm>
#include <string_view>

namespace fuzz {
namespace {

using namespace std::string_view_literals;

// A piece of `text` of at most 32 bytes, anywhere.
struct Piece {
  size_t at;
  size_t size;
};

Piece piece_of(const std::string& text, base::Prng& prng) {
  const size_t at = prng.below(text.size() + 1);
  return {at, prng.below(std::min<size_t>(32, text.size() - at) + 1)};
}

const std::string& pick(const std::vector<std::string>& texts, base::Prng& prng) {
  return texts[prng.below(texts.size())];
}

void edit(std::string& text, const std::vector<std::string>& seeds, base::Prng& prng) {
  // What the formats are made of; random bytes hit these too seldom.
  constexpr std::string_view kMarks = "{}[]\",:=.\\'#\n-09aei\0\xff"sv;
  const Piece piece = piece_of(text, prng);
  switch (prng.below(6)) {
    case 0:
      if (piece.at < text.size()) text[piece.at] ^= static_cast<char>(1u << prng.below(8));
      break;
    case 1:
      text.insert(piece.at, 1, static_cast<char>(prng.below(256)));
      break;
    case 2:
      text.insert(piece.at, 1, kMarks[prng.below(kMarks.size())]);
      break;
    case 3:
      text.erase(piece.at, piece.size);
      break;
    case 4:
      text.insert(piece.at, text.substr(piece.at, piece.size));
      break;
    default: {
      const std::string& other = pick(seeds, prng);
      const Piece from = piece_of(other, prng);
      text.replace(piece.at, piece.size, other, from.at, from.size);
    }
  }
}

}  // namespace

std::string mutant(const std::vector<std::string>& seeds, base::Prng& prng) {
  std::string text = pick(seeds, prng);
  for (uint64_t edits = 1 + prng.below(8); edits > 0; --edits) edit(text, seeds, prng);
  return text;
}

}  // namespace fuzz
