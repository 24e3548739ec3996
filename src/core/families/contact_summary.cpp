#include "core/families/contact_summary.h"

#include <algorithm>
#include <functional>

#include "core/base/interruptible_sort.h"

namespace relinsights {
namespace {

// A party with the first eight bytes of its text as a number, which most comparisons need alone.
struct SortKey {
  uint64_t front = 0;
  const Party* party = nullptr;

  SortKey() = default;
  explicit SortKey(const Party& of) noexcept : party(&of) {
    std::string_view name = of.name();
    for (size_t i = 0; i < 8; ++i) front = front << 8 | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0);
  }
  bool operator<(const SortKey& other) const noexcept {
    return front != other.front ? front < other.front : party->name() < other.party->name();
  }
};

using SortKeys = std::pmr::vector<SortKey>;

// The parties in ascending order.
SortKeys sorted(const PartyTable& parties, bool already, std::pmr::memory_resource* memory) {
  SortKeys keys(memory);
  keys.reserve(parties.size());
  InterruptPace pace;
  for (const Party& party : parties) {
    pace.step();
    keys.emplace_back(party);
  }
  if (!already) sort_interruptibly(std::span(keys), memory, std::less<>());
  return keys;
}

// The first so many are kept in a heap, the last of them in front; where more are asked for, it is quicker to sort all.
constexpr size_t kMostInHeap = 1024;

// The most contacted first.
bool ranks_before(const Party* a, const Party* b) noexcept {
  int64_t of_a = a->activity.interactions(), of_b = b->activity.interactions();
  if (of_a != of_b) return of_a > of_b;
  if (a->activity.last != b->activity.last) return a->activity.last > b->activity.last;
  return a->name() < b->name();
}

void encode_party(const Party& party, Instant earliest, ByteWriter& out) {
  const PartyActivity& of = party.activity;
  out.varint(uint64_t{party.name().size()});
  out.text(party.name());
  for (int64_t count : {of.emails, of.meetings, of.phone_calls, of.others}) out.varint(static_cast<uint64_t>(count));
  // The last bit says whether any are of unknown direction: mostly none are.
  const bool unknown = of.of_unknown_direction > 0;
  out.varint(static_cast<uint64_t>(of.initiated_by_them) << 1 | (unknown ? 1 : 0));
  if (unknown) out.varint(static_cast<uint64_t>(of.of_unknown_direction));
  out.varint(static_cast<uint64_t>(of.last.microseconds) - static_cast<uint64_t>(earliest.microseconds));
}

}  // namespace

Status ContactSummary::merge(const ContactSummary& from) noexcept {
  return contain([&]() -> Status {
    if (parties_.empty()) {
      parties_.copy_from(from.parties_);
      sorted_ = from.sorted_;
      return {};
    }
    sorted_ = false;
    InterruptPace pace;
    for (const Party& party : from.parties_) {
      pace.step();
      if (!parties_.find_or_add(party.name()).merge(party.activity)) return sum_overflow("number of interactions");
    }
    return {};
  });
}

int64_t ContactSummary::engaged_contacts() const noexcept {
  int64_t engaged = 0;
  for (const Party& party : parties_) engaged += party.activity.initiated_by_them > 0;
  return engaged;
}

Status ContactSummary::top(int32_t n, Parties& result) const noexcept {
  if (n < 0) {
    return Status::error(StatusCode::kInvalidArgument, "number of top contacts must not be negative")
        .detail("It is %d.", n)
        .hint("Ask for as many as you want to see; the default is 3.");
  }
  return contain([&]() -> Status {
    result.clear();
    if (n == 0) return {};
    const auto most = static_cast<size_t>(n);
    const bool few = most <= kMostInHeap;
    result.reserve(few ? std::min(most, parties_.size()) : parties_.size());
    InterruptPace pace;
    for (const Party& party : parties_) {
      pace.step();
      if (few && result.size() == most) {
        if (!ranks_before(&party, result.front())) continue;
        std::pop_heap(result.begin(), result.end(), ranks_before);
        result.pop_back();
      }
      result.push_back(&party);
      if (few) std::push_heap(result.begin(), result.end(), ranks_before);
    }
    sort_interruptibly(std::span(result), memory_, ranks_before);
    result.resize(std::min(most, result.size()));
    return {};
  });
}

void ContactSummary::encode(ByteWriter& out) const {
  Instant earliest{std::numeric_limits<int64_t>::max()};
  for (const Party& party : parties_) earliest = std::min(earliest, party.activity.last);
  out.varint(uint64_t{parties_.size()});
  out.signed_varint(earliest.microseconds);
  InterruptPace pace;
  auto encode = [&](const Party& party) {
    pace.step();
    encode_party(party, earliest, out);
  };
  if (sorted_) {
    for (const Party& party : parties_) encode(party);
  } else {
    for (const SortKey& key : sorted(parties_, false, memory_)) encode(*key.party);
  }
}

void ContactSummary::decode(ByteReader& in, uint8_t version) {
  constexpr size_t kLeastBytes = 7;  // the size of an empty text, five counts, a time
  size_t count = in.count(kLeastBytes);
  Instant earliest{in.signed_varint()};
  if (!check_instant(earliest).ok()) return in.reject();
  const auto latest = static_cast<uint64_t>(kLatestInstant.microseconds - earliest.microseconds);
  parties_.reserve(Party::bytes_for(count, in.remaining()));
  bool at_earliest = false;
  std::string_view before;
  InterruptPace pace;
  for (size_t i = 0; i < count && !in.failed(); ++i) {
    pace.step();
    std::string_view name = in.bytes(in.varint());
    if ((i > 0 && name <= before) || name.find('\0') != name.npos) return in.reject();
    PartyActivity& of = parties_.append(name);
    for (int64_t* number : {&of.emails, &of.meetings, &of.phone_calls, &of.others}) *number = in.bigint();
    if (version == 1) {
      of.initiated_by_them = in.bigint();
    } else {
      const uint64_t initiated = in.varint();
      of.initiated_by_them = static_cast<int64_t>(initiated >> 1);
      if ((initiated & 1) != 0 && (of.of_unknown_direction = in.bigint()) == 0) return in.reject();
    }
    uint64_t later = in.varint();
    if (later > latest) return in.reject();
    of.last.microseconds = earliest.microseconds + static_cast<int64_t>(later);
    at_earliest = at_earliest || later == 0;
    before = name;
  }
  if (!at_earliest) in.reject();
}

const char* ContactSummary::validate() const noexcept {
  if (parties_.empty()) return "It has no party";
  for (const Party& party : parties_)
    if (const char* fault = party.activity.validate()) return fault;
  return nullptr;
}

void ContactSummary::write_json(JsonWriter& json) const {
  InterruptPace pace;
  auto write = [&](const Party& party) {
    pace.step();
    const PartyActivity& of = party.activity;
    json.begin_object().key("party").string(party.name());
    auto count = [&](const char* name, int64_t value) {
      if (value != 0) json.key(name).number(value);
    };
    count("emails", of.emails);
    count("meetings", of.meetings);
    count("phone_calls", of.phone_calls);
    count("others", of.others);
    count("initiated_by_them", of.initiated_by_them);
    count("of_unknown_direction", of.of_unknown_direction);
    json.key("last_at").instant(of.last).end_object();
  };
  json.key("parties").begin_array();
  for (const SortKey& key : sorted(parties_, sorted_, memory_)) write(*key.party);
  json.end_array();
}

void ContactSummary::read_json(JsonObject& object, JsonErrors& errors, uint8_t) {
  std::string_view before;
  InterruptPace pace;
  object.required("parties").for_each_element("parties", errors, [&](JsonValue element) {
    pace.step();
    JsonObject party("parties", element, errors);
    std::string_view name = party.required("party").string("party", errors);
    if (!parties_.empty() && name <= before)
      errors.add("\"parties\" must come in ascending order of their bytes, each once");
    if (name.find('\0') != name.npos) errors.add("a \"party\" must not contain a zero byte");
    if (errors.any()) return;
    auto count = [&](const char* what) {
      JsonValue value = party.optional(what);
      return value.present() ? static_cast<int64_t>(value.number(what, errors)) : 0;
    };
    PartyActivity& of = parties_.append(name);
    of.emails = count("emails");
    of.meetings = count("meetings");
    of.phone_calls = count("phone_calls");
    of.others = count("others");
    of.initiated_by_them = count("initiated_by_them");
    of.of_unknown_direction = count("of_unknown_direction");
    of.last = party.instant("last_at");
    party.done();
    before = name;
  });
}

Status ContactAggregation::add(std::string_view party, Kind kind, Direction direction, Instant at) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_instant(at));
  return contain([&] {
    sorted_ = false;
    parties_.find_or_add(party).add(kind, direction, at);
    return Status();
  });
}

Status ContactAggregation::add(std::span<std::string_view> parties, Kind kind, Direction direction,
                               Instant at) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_instant(at));
  return contain([&] {
    sort_interruptibly(parties, memory_, std::less<>());
    auto end = std::unique(parties.begin(), parties.end());
    sorted_ = false;
    InterruptPace pace;
    for (auto party = parties.begin(); party != end; ++party) {
      pace.step();
      parties_.find_or_add(*party).add(kind, direction, at);
    }
    return Status();
  });
}

// A partial state is the parties as they are, in no order: making the index and sorting are left to whoever finishes.
void ContactAggregation::serialize(ByteWriter& out) const {
  InterruptPace pace;
  for (const Party& party : parties_) {
    pace.step();
    out.bytes(&party.activity, sizeof(PartyActivity));
    out.varint(uint64_t{party.name().size()});
    out.text(party.name());
  }
}

void ContactAggregation::deserialize(ByteReader& in) {
  sorted_ = false;
  // What a party takes here is at most a quarter more than there; so a large state is not copied while it grows.
  static_assert(Party::bytes_for(1, 0) * 4 <= (sizeof(PartyActivity) + 1) * 5);
  parties_.reserve(in.remaining() + in.remaining() / 4);
  InterruptPace pace;
  while (in.remaining() > 0) {
    pace.step();
    std::string_view numbers = in.bytes(sizeof(PartyActivity));
    std::string_view name = in.bytes(in.varint());
    if (in.failed() || name.find('\0') != name.npos) return in.reject();
    PartyActivity& of = parties_.append(name);
    std::memcpy(static_cast<void*>(&of), numbers.data(), sizeof(PartyActivity));
    if (of.validate() != nullptr) return in.reject();
  }
}

Status ContactAggregation::finish(ContactSummary& summary) noexcept {
  return contain([&]() -> Status {
    SortKeys keys = sorted(parties_, sorted_, memory_);
    summary.parties_.reserve(parties_.bytes());
    InterruptPace pace;
    const SortKey* before = nullptr;
    for (const SortKey& key : keys) {
      pace.step();
      // Only bytes that no state wrote have a party twice; to look for it here costs nothing.
      if (before != nullptr && !(*before < key))
        return Status::error(StatusCode::kCorruptBytes, "invalid partial state of an aggregate")
            .detail("A party is in it twice.");
      summary.parties_.append(key.party->name()) = key.party->activity;
      before = &key;
    }
    return Status();
  });
}

void ContactFold::finish(const std::pmr::vector<std::string_view>& names, ContactSummary& into) {
  size_t count = 0, bytes = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    if (activity_[i].interactions() == 0) continue;
    ++count;
    bytes += names[i].size();
  }
  into.parties_.reserve(Party::bytes_for(count, bytes));
  InterruptPace pace;
  for (size_t i = 0; i < names.size(); ++i) {
    pace.step();
    if (activity_[i].interactions() > 0) into.parties_.append(names[i]) = activity_[i];
  }
}

}  // namespace relinsights
