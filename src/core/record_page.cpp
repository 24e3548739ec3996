#include "core/record_page.h"

namespace relinsights {
Status write_page(JsonValue document, Text& page) noexcept { return {}; }
}  // namespace relinsights
