// How many columns a terminal gives a UTF-8 text: 2 for wide (Chinese, Japanese, Korean, emoji)
// characters, 0 for marks that combine with the one before, 1 for the rest.
//
// Not PostgreSQL's pg_encoding_dsplen(): it gives the conjoining vowels and finals of Korean a column each, so that
// names as some systems write them (in NFD) would be far too wide, and its tables differ from version to version.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace relinsights {

int character_width(char32_t character) noexcept;
size_t display_width(std::string_view utf8) noexcept;
// The longest beginning of at most so many columns, cut between characters (with the marks that
// belong to them).
std::string_view cut_to_width(std::string_view utf8, size_t columns) noexcept;

}  // namespace relinsights
