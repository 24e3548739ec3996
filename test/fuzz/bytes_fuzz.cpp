// libFuzzer target for every decoder of bytes: stored values (`recv`, what is read from a table) and partial states.
// The first byte chooses the type (0..6) and whether it is a partial state (+8) or two values to merge (+16), the first
// of which has its size in the second byte; 7 is the people of an activity, +8 their partial state, +16 that of a
// record's summaries, +24 an activity log and +32 two of them to merge. A value that is accepted must be canonical and
// do everything a value can; a partial state that is accepted must finish as a valid value or an error.
#include "core/record/activity_people.h"
#include "core/record/record_aggregation.h"
#include "fuzzing.h"

using namespace relinsights;
using namespace relinsights::fuzz;

namespace {

// The same with too little memory: an error, or what there is with enough.
template <StoredValue S>
void check_scarce(std::string_view bytes, bool accepted) {
  for (size_t allocations : {0, 1, 3}) {
    ScarceMemory scarce(allocations);
    S value(&scarce);
    Status status = decode(bytes, value);
    FUZZ_REQUIRE(status.ok() ? accepted : !accepted || status.code() == StatusCode::kOutOfMemory);
  }
}

template <StoredValue S>
void check_stored(unsigned type, std::string_view bytes) {
  S value(memory());
  Status status = decode(bytes, value);
  FUZZ_REQUIRE(status.ok() || status.code() == StatusCode::kCorruptBytes ||
               status.code() == StatusCode::kUnknownVersion);
  check_scarce<S>(bytes, status.ok());
  if (!status.ok()) return;
  // An older version is written anew as the current one.
  if (static_cast<uint8_t>(bytes[0]) == S::kVersion) FUZZ_REQUIRE(bytes_of(value) == bytes);
  check_value(value);
  offer_seed("text", type, text_of(value));
}

template <Aggregation A>
void check_state(std::string_view bytes) {
  A state(memory());
  ByteReader in(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  Status status = contain([&] {
    state.deserialize(in);
    return Status();
  });
  FUZZ_REQUIRE(status.ok());
  if (!in.complete()) return;
  const std::string again = state_of(state);
  A copy(memory()), sum(memory());
  ByteReader in_again(reinterpret_cast<const uint8_t*>(again.data()), again.size());
  copy.deserialize(in_again);
  FUZZ_REQUIRE(in_again.complete());

  typename A::Summary summary(memory()), from_copy(memory()), of_sum(memory());
  bool finished = finish(state, summary).ok() && summary.validate() == nullptr;
  FUZZ_REQUIRE(finished == (finish(copy, from_copy).ok() && from_copy.validate() == nullptr));
  if (finished) {
    check_value(summary);
    FUZZ_REQUIRE(bytes_of(summary) == bytes_of(from_copy));
  }
  if (sum.merge(state).ok() && sum.merge(copy).ok() && finish(sum, of_sum).ok() && finished)
    FUZZ_REQUIRE(of_sum.validate() == nullptr);
}

template <class State>
bool read_state(std::string_view bytes, State& state) {
  ByteReader in(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  FUZZ_REQUIRE(contain([&] {
                 state.deserialize(in);
                 return Status();
               }).ok());
  return in.complete();
}

template <Summary S>
void check_if_any(const S& summary) {
  if (summary.validate() == nullptr) check_value(summary);
}

void check_record(std::string_view bytes) {
  RecordAggregation record(memory()), copy(memory());
  if (!read_state(bytes, record)) return;
  ByteWriter again(memory());
  record.serialize(again);
  FUZZ_REQUIRE(read_state(written(again), copy));
  PreparedCalendar prepared(memory());
  WorkingCalendar calendar(memory());
  const bool measured = !record.calendar().empty();
  if (measured && !decode(record.calendar(), calendar).ok()) return;
  if (measured) FUZZ_REQUIRE(prepared.prepare(calendar, some_zone()).ok());
  RecordAggregation::Summaries summaries(memory());
  if (record.merge(copy).ok() && record.finish(summaries, measured ? &prepared : nullptr, memory()).ok()) {
    check_if_any(summaries.interactions);
    check_if_any(summaries.responses);
    check_if_any(summaries.timeline);
    check_if_any(summaries.engagement);
    check_if_any(summaries.their_contacts);
    check_if_any(summaries.our_contacts);
  }
}

void check_people(std::string_view bytes) {
  PeopleReader reader(bytes);
  size_t names = 0;
  auto count = [&](std::string_view name) { names += name.size() + 1; };
  bool good = reader.counted().visit(count, count);
  reader.blind_copies(count);
  for (size_t left = reader.record_count(); left > 0 && !reader.broken(); --left) (void)reader.next_record();
  (void)reader.gone();
  FUZZ_REQUIRE(!good || reader.counted().team_size() >= 1);
  if (good && !reader.broken()) FUZZ_REQUIRE(names <= 2 * bytes.size());
}

void check_people_state(std::string_view bytes) {
  ActivityPeople people(memory());
  if (!read_state(bytes, people)) return;
  ByteWriter out(memory());
  if (people.encode(out, memory()).ok()) check_people(written(out));
}

template <Summary S>
void check_two(std::string_view bytes) {
  if (bytes.empty()) return;
  size_t first = std::min<size_t>(static_cast<uint8_t>(bytes[0]), bytes.size() - 1);
  check_merge<S>(bytes.substr(1, first), bytes.substr(1 + first));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const unsigned choice = data[0], type = choice & 7;
  std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (type == kTypes) {
    if ((choice & 32) != 0)
      check_two<ActivityLog>(bytes);
    else if ((choice & 24) == 24)
      check_stored<ActivityLog>(choice, bytes);
    else if ((choice & 8) != 0)
      check_people_state(bytes);
    else if ((choice & 16) != 0)
      check_record(bytes);
    else
      check_people(bytes);
    return 0;
  }
  with_type(type, [&]<class T>() {
    if constexpr (std::same_as<T, WorkingCalendar>) {
      check_stored<T>(type, bytes);
    } else if ((choice & 8) != 0) {
      check_state<T>(bytes);
    } else if ((choice & 16) != 0 && !bytes.empty()) {
      check_two<typename T::Summary>(bytes);
    } else {
      check_stored<typename T::Summary>(type, bytes);
    }
  });
  return 0;
}
