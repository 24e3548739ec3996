// What a core type promises so that one template can make it a PostgreSQL type, an aggregate and a rollup.
//
// A Summary is the finished, bounded, canonical value: equal inputs give equal bytes, whatever the order or the merge
// tree.
//   kTypeName, kVersion      its SQL name and the version its bytes start with; it reads that one and all before it
//   merge(other)             adds the other's inputs; the other stays as it is
//   encode / decode          the bytes behind the version; decode is told the version it reads, trusts nothing and
//   checks
//                            every invariant. What an older version does not know has a defined value
//   write_json / read_json   the text form, lossless; what was read is checked by `validate`
// A fresh Summary is empty; an empty one is never stored (SQL says NULL), so decode and validate refuse it.
//
// An Aggregation is the state while rows come in, in any order and split.
//   Summary                  what it finishes as
//   merge, serialize, deserialize   how parallel workers hand their part over; deserialize rejects what no state wrote
//   finish(summary)          writes the summary; the state may go on afterwards, so this changes nothing one could see
// All of them take their memory from the resource given to their constructor and let no exception out.
#pragma once

#include <concepts>
#include <memory_resource>

#include "core/base/codec.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace relinsights {

// What reads the bytes of a type, whether to keep them or to answer a question while passing.
template <class S>
concept StoredBytesReader = requires(S s, const S& other, ByteReader& in) {
  { S::kTypeName } -> std::convertible_to<const char*>;
  { S::kVersion } -> std::convertible_to<uint8_t>;
  { s.decode(in, uint8_t{}) } -> std::same_as<void>;
  { other.validate() }
  noexcept->std::same_as<const char*>;  // what is wrong (no full stop), or nullptr
};

// A value that is stored but not merged (a calendar, say) promises the first half: name, version, bytes, validity.
template <class S>
concept StoredValue = StoredBytesReader<S> && std::constructible_from<S, std::pmr::memory_resource*> &&
    requires(const S& value, ByteWriter& out) {
  { value.encode(out) } -> std::same_as<void>;
};

template <class S>
concept Summary = StoredValue<S> &&
    requires(S s, const S& other, JsonWriter& json, JsonObject& object, JsonErrors& errors) {
  { s.merge(other) }
  noexcept->std::same_as<Status>;
  { other.write_json(json) } -> std::same_as<void>;
  { s.read_json(object, errors, uint8_t{}) } -> std::same_as<void>;
};

// Whether a value that says so of its version can be read.
template <StoredBytesReader S>
constexpr bool is_known_version(uint64_t version) noexcept {
  return version >= 1 && version <= S::kVersion;
}

template <StoredBytesReader S>
Status later_version(uint64_t version) noexcept {
  return Status::error(StatusCode::kUnknownVersion, "%s has version %llu, which is not known here", S::kTypeName,
                       static_cast<unsigned long long>(version))
      .detail("This library reads versions up to %d.", S::kVersion)
      .hint("Update pg_relinsights to the release that wrote the value.");
}

// What a rollup needs of its state.
template <class S>
concept MergeableValue = StoredValue<S> && requires(S s, const S& other) {
  { s.merge(other) }
  noexcept->std::same_as<Status>;
};

// What parallel workers need of any state, whatever it finishes as.
template <class A>
concept AggregationState = std::constructible_from<A, std::pmr::memory_resource*> &&
    requires(A a, const A& other, ByteWriter& out, ByteReader& in) {
  { a.merge(other) }
  noexcept->std::same_as<Status>;
  { other.serialize(out) } -> std::same_as<void>;
  { a.deserialize(in) } -> std::same_as<void>;
};

template <class A>
concept Aggregation = AggregationState<A> && Summary<typename A::Summary> &&
    requires(A a, typename A::Summary& summary) {
  { a.finish(summary) }
  noexcept->std::same_as<Status>;
};

// The stored form: the version byte, then what the type encodes. A type may write what an older version can hold as
// that version and say so by version(): the value then equals one that is stored already.
template <StoredValue S>
void encode_summary(const S& summary, ByteWriter& out) {
  if constexpr (requires { summary.version(); })
    out.byte(summary.version());
  else
    out.byte(S::kVersion);
  summary.encode(out);
}

template <StoredBytesReader S>
Status decode_summary(const uint8_t* data, size_t size, S& summary) noexcept {
  ByteReader in(data, size);
  uint8_t version = in.byte();
  if (!in.failed() && version > S::kVersion) return later_version<S>(version);
  const bool known = is_known_version<S>(version);
  const char* fault = "Its bytes are cut short or followed by others";
  Status status = contain([&] {
    if (known) summary.decode(in, version);
    return Status();
  });
  if (!status.ok()) return status;
  if (known && in.complete()) fault = summary.validate();
  if (!known && !in.failed()) fault = "Its version byte is wrong";
  if (fault == nullptr) return {};
  return Status::error(StatusCode::kCorruptBytes, "invalid binary value for type %s", S::kTypeName)
      .detail("%s.", fault);
}

template <Summary S>
void write_summary(const S& summary, ByteWriter& out) {
  JsonWriter json(out);
  json.begin_object().key("version").number(uint64_t{S::kVersion});
  summary.write_json(json);
  json.end_object();
}

template <Summary S>
Status read_summary(JsonValue text, S& summary) noexcept {
  return contain([&]() -> Status {
    JsonErrors errors(S::kTypeName);
    JsonObject object(S::kTypeName, text, errors);
    uint64_t version = object.number("version");
    if (!errors.any() && version > S::kVersion) return later_version<S>(version);
    if (!is_known_version<S>(version)) errors.add("\"version\" must be %d", S::kVersion);
    if (!errors.any()) summary.read_json(object, errors, static_cast<uint8_t>(version));
    object.done();
    if (!errors.any()) {
      if (const char* fault = summary.validate()) errors.add("%s", fault);
    }
    return errors.status();
  });
}

// A summary that is its own aggregation state: adding a row is all there is to do. No bytes are the state without rows.
template <Summary S>
class SelfAggregation : public S {
 public:
  using Summary = S;
  explicit SelfAggregation(std::pmr::memory_resource* memory) : S(memory) {}
  Status merge(const SelfAggregation& from) noexcept { return S::merge(from); }
  void serialize(ByteWriter& out) const {
    if (S::validate() == nullptr) S::encode(out);
  }
  void deserialize(ByteReader& in) {
    if (in.remaining() == 0) return;
    S::decode(in, S::kVersion);
    if (S::validate() != nullptr) in.reject();
  }
  Status finish(S& summary) noexcept { return summary.merge(*this); }
};

}  // namespace relinsights
