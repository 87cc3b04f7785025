#include "engine/filter_text.h"

namespace uffdscope::filter_text {
namespace {

uint32_t lower(uint32_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/// Takes `wanted` off the front of `text`, both character by character.
bool begins(std::string_view text, std::string_view wanted, bool fold) {
  while (!wanted.empty()) {
    if (text.empty()) return false;
    const uint32_t c = take_character(text);
    if ((fold ? lower(c) : c) != take_character(wanted)) return false;
  }
  return true;
}

bool is_after_colon(std::string_view name, std::string_view wanted) {
  for (size_t at = name.find(':'); at != name.npos; at = name.find(':', at + 1))
    if (equal(name.substr(at + 1), wanted)) return true;
  return false;
}

/// "anon[3]" without "[3]", or nothing.
std::string_view without_index(std::string_view name) {
  if (name.empty() || name.back() != ']') return {};
  size_t at = name.size() - 1;
  while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9') at--;
  if (at == name.size() - 1 || at == 0 || name[at - 1] != '[') return {};
  return name.substr(0, at - 1);
}

}  // namespace

uint32_t take_character(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  uint32_t code = first;
  size_t more = 0;
  uint8_t low = 0x80,
          high = 0xbf;  // of the second byte: no overlong form, no surrogate, no 0x110000
  if (first >= 0xc2 && first <= 0xdf) {
    more = 1;
    code = first & 0x1f;
  } else if (first >= 0xe0 && first <= 0xef) {
    more = 2;
    code = first & 0x0f;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    more = 3;
    code = first & 0x07;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else if (first >= 0x80) {
    code = kReplacement;
  }
  size_t used = 1;
  for (; more > 0; more--, used++) {
    if (used == text.size() || byte(used) < low || byte(used) > high) {
      code = kReplacement;
      break;
    }
    code = code << 6 | (byte(used) & 0x3f);
    low = 0x80;
    high = 0xbf;
  }
  text.remove_prefix(used);
  return code;
}

bool well_formed(std::string_view text) {
  while (!text.empty()) {
    const std::string_view before = text;
    if (take_character(text) == kReplacement && !before.starts_with("\xef\xbf\xbd")) return false;
  }
  return true;
}

bool equal(std::string_view text, std::string_view wanted) {
  while (!text.empty() && !wanted.empty())
    if (take_character(text) != take_character(wanted)) return false;
  return text.empty() && wanted.empty();
}

bool contains(std::string_view text, std::string_view wanted) {
  while (true) {
    if (begins(text, wanted, true)) return true;
    if (text.empty()) return false;
    take_character(text);
  }
}

bool is_range_named(std::string_view name, std::string_view wanted) {
  if (equal(name, wanted)) return true;
  if (wanted.empty()) return false;
  const std::string_view plain = without_index(name);
  return is_after_colon(name, wanted) ||
         (!plain.empty() && (equal(plain, wanted) || is_after_colon(plain, wanted)));
}

bool has_letters(std::string_view text, std::string_view letters) {
  for (char letter : letters)
    if (text.find(letter) == text.npos) return false;
  return true;
}

}  // namespace uffdscope::filter_text
