// Text of others as errors show it: cut between two characters where it is long.
//
// The core takes text for UTF-8. Whoever knows that it is in another encoding sets `clipped`, as the backend does.
#pragma once

#include <algorithm>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace relinsights {

// Bytes of the longest beginning of `text` that has at most `most` of them and ends between two characters.
inline size_t clipped_utf8(std::string_view text, size_t most) noexcept {
  const size_t size = std::min(text.size(), most);
  // The last character that begins there, if it is whole.
  for (size_t begin = size; begin > 0 && size - begin < 4;) {
    const auto lead = static_cast<uint8_t>(text[--begin]);
    if ((lead & 0xc0) == 0x80) continue;
    const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return begin + bytes > size ? begin : size;
  }
  return size;
}
inline size_t (*clipped)(std::string_view text, size_t most) noexcept = clipped_utf8;

// A name, id or label of others, "..." behind it where it is cut.
struct ShownText {
  char text[72];
  explicit ShownText(std::string_view shown) noexcept {
    const size_t size = shown.size() < sizeof text ? shown.size() : clipped(shown, sizeof text - 4);
    std::snprintf(text, sizeof text, "%.*s%s", static_cast<int>(size), shown.data(), size < shown.size() ? "..." : "");
  }
};

// vsnprintf that cuts between two characters.
[[gnu::format(printf, 3, 0)]] inline void print_clipped(char* to, size_t room, const char* format,
                                                        va_list arguments) noexcept {
  if (std::vsnprintf(to, room, format, arguments) >= static_cast<int>(room))
    to[clipped({to, room - 1}, room - 1)] = '\0';
}

}  // namespace relinsights
