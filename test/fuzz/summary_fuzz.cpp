// libFuzzer target for every decoder of stored bytes: the first byte chooses the type, the rest is the value. What is accepted
// must be canonical: it encodes to the same bytes, and so does the copy that comes back from it.
#include <cstdlib>
#include <memory_resource>
#include <vector>

#include "core/activity_timeline.h"
#include "core/contact_summary.h"
#include "core/engagement_summary.h"
#include "core/interaction_summary.h"
#include "core/response_turns.h"
#include "core/working_calendar.h"

using namespace relinsights;

namespace {

template <StoredValue S>
std::vector<uint8_t> bytes_of(const S& summary) {
  ByteWriter out(std::pmr::new_delete_resource());
  encode_summary(summary, out);
  return {out.data(), out.data() + out.size()};
}

template <Summary S>
void check_merge(const uint8_t* data, size_t size, const S& summary) {
  ByteWriter text(std::pmr::new_delete_resource());
  write_summary(summary, text);
  // Merging with itself gives a value, or an error where a sum is out of range; never an invalid one.
  S twice(std::pmr::new_delete_resource());
  if (!decode_summary(data, size, twice).ok()) std::abort();
  if (!twice.merge(summary).ok()) return;
  if (twice.validate() != nullptr) std::abort();
}

template <StoredValue S>
void check_value(const uint8_t* data, size_t size) {
  S summary(std::pmr::new_delete_resource());
  if (!decode_summary(data, size, summary).ok()) return;
  if (bytes_of(summary) != std::vector<uint8_t>(data, data + size)) std::abort();
  if constexpr (Summary<S>) check_merge<S>(data, size, summary);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  ++data;
  switch (--size, data[-1] % 6) {
    case 0:
      check_value<InteractionSummary>(data, size);
      break;
    case 1:
      check_value<ResponseSummary>(data, size);
      break;
    case 2:
      check_value<ActivityTimeline>(data, size);
      break;
    case 3:
      check_value<ContactSummary>(data, size);
      break;
    case 4:
      check_value<EngagementSummary>(data, size);
      break;
    default:
      check_value<WorkingCalendar>(data, size);
  }
  return 0;
}
