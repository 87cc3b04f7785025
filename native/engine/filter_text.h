// How names are compared by filters: the same decisions as native/session/filter/text-match.ts,
// over raw bytes. Bytes that are no UTF-8 count as U+FFFD, by the rule that JavaScript decodes
// with, so that a view shows what a hold takes.
#pragma once
#include <cstdint>
#include <string_view>

namespace uffdscope::filter_text {

inline constexpr uint32_t kReplacement = 0xfffd;

/// Takes one character off the front of a text that is not empty.
uint32_t take_character(std::string_view& text);

/// No byte of it would be replaced.
bool well_formed(std::string_view text);

/// `wanted` is well formed in all of these.
bool equal(std::string_view text, std::string_view wanted);
/// ASCII letters of `text` in either case; those of `wanted` are in lower case.
bool contains(std::string_view text, std::string_view wanted);
/// The whole name, or what stands after one of its colons; either also without a final "[k]".
bool is_range_named(std::string_view name, std::string_view wanted);
/// Every byte of `letters` stands somewhere in `text`.
bool has_letters(std::string_view text, std::string_view letters);

}  // namespace uffdscope::filter_text
