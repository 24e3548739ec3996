// A record's insights as a page of text for a terminal: aligned by display width, with bars and
// sparklines.
//
// It lays out the document that relinsights.insights() makes (its shape is in docs/insights.md), in
// the order of its member "widgets", and adds no word and no figure of its own: every label and
// every length of time is in the document already, in its language. A widget of an unknown name is
// left out.
#pragma once

#include "core/base/json.h"
#include "core/words/language.h"

namespace relinsights {

Status write_page(JsonValue document, Text& page) noexcept;

}  // namespace relinsights
