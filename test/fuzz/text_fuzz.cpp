// libFuzzer target for every reader of text. The first byte chooses the type as in bytes_fuzz.cpp (7: the attributes of
// a deal, +24: an activity log), the rest is JSON.
#include "core/deals/similar_deals.h"
#include "fuzzing.h"

using namespace relinsights;
using namespace relinsights::fuzz;

namespace {

template <StoredValue S>
void check_text(unsigned type, JsonValue text) {
  S value(memory());
  Status status = read_text(text, value);
  FUZZ_REQUIRE(status.ok() || status.code() == StatusCode::kInvalidText ||
               status.code() == StatusCode::kUnknownVersion);
  for (size_t allocations : {0, 1, 3}) {
    ScarceMemory scarce(allocations);
    S poor(&scarce);
    Status of_poor = read_text(text, poor);
    FUZZ_REQUIRE(of_poor.ok() == status.ok() || of_poor.code() == StatusCode::kOutOfMemory);
  }
  if (!status.ok()) return;
  check_value(value);
  offer_seed("bytes", type, bytes_of(value));
}

// A profile of 80 deals that has learned something: numbers in "n", texts in "t", both in "m".
const DealProfile& some_deals() {
  static const DealProfile* const kDeals = [] {
    DealProfile mixed(memory());
    for (int i = 0; i < 80; ++i) {
      std::string text = "{\"n\":" + std::to_string(i * i) + ",\"t\":\"" + (i < 50 ? "a" : "b") +
                         "\",\"m\":" + (i % 3 == 0 ? "\"x\"" : std::to_string(i % 4)) + "}";
      JsonTokens tokens(text);
      FUZZ_REQUIRE(mixed.add(std::to_string(i), i % 50 < 25, {}, tokens.value()).ok());
    }
    auto* sorted = new DealProfile(memory());
    FUZZ_REQUIRE(sorted->copy_sorted(mixed).ok());
    return sorted;
  }();
  return *kDeals;
}

void check_attributes(JsonValue attributes) {
  static const SimilarDeals& similar = *[] {
    auto* prepared = new SimilarDeals(memory());
    FUZZ_REQUIRE(prepared->prepare(some_deals()).ok());
    return prepared;
  }();
  SimilarDeals::Query query(memory());
  if (!similar.read(nullptr, attributes, query).ok()) return;
  FUZZ_REQUIRE(similar.search(std::span(&query, 1), 4, 0.1).ok());
  for (const SimilarDeals::Match& match : query.matches) {
    FUZZ_REQUIRE(match.similarity.value() >= 0.1 && match.similarity.value() <= 1);
    ByteWriter out(memory());
    JsonWriter json(out);
    similar.write_contributions(query, match, json);
  }
  DealProfile one(memory()), sorted(memory());
  if (!one.add("x", true, {}, attributes).ok()) return;
  FUZZ_REQUIRE(sorted.copy_sorted(one).ok());
  check_value(sorted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const unsigned type = data[0] & 7;
  const bool attributes = type == kTypes && (data[0] & 24) != 24;
  JsonTokens tokens({reinterpret_cast<const char*>(data + 1), size - 1},
                    attributes ? JsonTokens::Keys::kOnce : JsonTokens::Keys::kAsWritten);
  if (!tokens.good()) return 0;
  if (attributes) {
    check_attributes(tokens.value());
    return 0;
  }
  if (type == kTypes) {
    check_text<ActivityLog>(data[0], tokens.value());
    return 0;
  }
  with_type(type, [&]<class T>() {
    if constexpr (std::same_as<T, WorkingCalendar>)
      check_text<T>(type, tokens.value());
    else
      check_text<typename T::Summary>(type, tokens.value());
  });
  return 0;
}
