// libFuzzer target for every decoder of stored bytes: the first byte chooses the type, the rest is the value. What is accepted
// must be canonical: it encodes to the same bytes, and so does the copy that comes back from it.
#include <cstdlib>
#include <memory_resource>
#include <vector>

#include "core/interaction_summary.h"
#include "core/response_turns.h"

using namespace relinsights;

namespace {

template <Summary S>
std::vector<uint8_t> bytes_of(const S& summary) {
  ByteWriter out(std::pmr::new_delete_resource());
  encode_summary(summary, out);
  return {out.data(), out.data() + out.size()};
}

template <Summary S>
void check_value(const uint8_t* data, size_t size) {
  S summary(std::pmr::new_delete_resource());
  if (!decode_summary(data, size, summary).ok()) return;
  if (bytes_of(summary) != std::vector<uint8_t>(data, data + size)) std::abort();
  ByteWriter text(std::pmr::new_delete_resource());
  write_summary(summary, text);
  // Merging with itself gives a value, or an error where a sum is out of range; never an invalid one.
  S twice(std::pmr::new_delete_resource());
  if (!decode_summary(data, size, twice).ok()) std::abort();
  if (!twice.merge(summary).ok()) return;
  if (twice.validate() != nullptr) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  switch (data[0] % 2) {
    case 0:
      check_value<InteractionSummary>(data + 1, size - 1);
      break;
    default:
      check_value<ResponseSummary>(data + 1, size - 1);
  }
  return 0;
}
