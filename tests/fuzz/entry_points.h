// What must hold for any bytes, format by format. A check returns when it holds and aborts, through
// CHECK or a sanitizer, when it does not. libFuzzer and fuzz_corpus_test call the same functions.
#pragma once

#include <string_view>

namespace fuzz {

// Notices or a reason; notices carry only valid instance ids and bounded names, and are the same
// the second time.
void check_decode(std::string_view bytes);
// A Config within its bounds, or at least one problem, each inside the file.
void check_config(std::string_view bytes);
// A refusal, or a record whose text reads back as the same record.
void check_ledger_record(std::string_view bytes);

}  // namespace fuzz
