#include "core/record/activity_people.h"

#include <algorithm>
#include <cstdlib>

#include "core/base/interrupt.h"

namespace relinsights {
namespace {

using Names = std::pmr::vector<std::string_view>;

constexpr uint8_t kTheirs = 1, kBlindCopy = 2, kOptedOut = 4;

void sort_once_each(Names& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

void encode_names(const Names& names, ByteWriter& out) {
  out.varint(uint64_t{names.size()});
  for (std::string_view name : names) {
    out.varint(uint64_t{name.size()});
    out.text(name);
  }
}

struct Row {
  uint8_t flags;
  std::string_view party;
  std::string_view records;

  explicit Row(ByteReader& in) noexcept
      : flags(in.byte()),
        party(in.bytes(in.varint())),
        records(in.bytes(in.count(sizeof(RecordNumber)) * sizeof(RecordNumber))) {}
};

}  // namespace

Status ActivityPeople::add(const Participant& participant) noexcept {
  return contain([&] {
    rows_.byte(static_cast<uint8_t>((participant.side == Side::kThem ? kTheirs : 0) |
                                    (participant.blind_copy ? kBlindCopy : 0) |
                                    (participant.opted_out ? kOptedOut : 0)));
    rows_.varint(uint64_t{participant.party.size()});
    rows_.text(participant.party);
    rows_.varint(uint64_t{participant.records.size()});
    rows_.bytes(participant.records.data(), participant.records.size_bytes());
    return Status();
  });
}

Status ActivityPeople::merge(const ActivityPeople& from) noexcept {
  return contain([&] {
    rows_.bytes(from.rows_.data(), from.rows_.size());
    return Status();
  });
}

void ActivityPeople::deserialize(ByteReader& in) {
  std::string_view rows = in.bytes(in.remaining());
  rows_.bytes(rows.data(), rows.size());
}

Status ActivityPeople::encode(ByteWriter& out, std::pmr::memory_resource* memory) const noexcept {
  return contain([&]() -> Status {
    Names ours(memory), theirs(memory), blind(memory);
    std::pmr::vector<RecordNumber> records(memory);
    bool any_theirs = false, gone = true;
    InterruptPace pace;
    ByteReader in(rows_.data(), rows_.size());
    while (in.remaining() > 0) {
      pace.step();
      Row row(in);
      if ((row.flags & kTheirs) != 0) {
        any_theirs = true;
        if ((row.flags & kOptedOut) == 0) gone = false;
      }
      if ((row.flags & kOptedOut) != 0) continue;
      const bool counts = (row.flags & kBlindCopy) == 0;
      if ((row.flags & kTheirs) == 0) {
        if (counts) ours.push_back(row.party);
        continue;
      }
      (counts ? theirs : blind).push_back(row.party);
      if (!counts || row.records.empty()) continue;
      size_t before = records.size();
      records.resize(before + row.records.size() / sizeof(RecordNumber));
      std::memcpy(records.data() + before, row.records.data(), row.records.size());
    }
    if (in.failed()) return Status::error(StatusCode::kCorruptBytes, "invalid partial state of an aggregate");
    sort_once_each(ours);
    sort_once_each(theirs);
    sort_once_each(blind);
    std::erase_if(blind, [&](std::string_view name) { return std::binary_search(theirs.begin(), theirs.end(), name); });
    std::sort(records.begin(), records.end());
    records.erase(std::unique(records.begin(), records.end()), records.end());

    ByteWriter counted(memory, 128);
    encode_names(ours, counted);
    encode_names(theirs, counted);
    out.varint(uint64_t{counted.size()});
    out.bytes(counted.data(), counted.size());
    encode_names(blind, out);
    out.varint(uint64_t{records.size()});
    for (RecordNumber record : records) out.signed_varint(record);
    out.byte(any_theirs && gone ? 1 : 0);
    return {};
  });
}

int32_t CountedPeople::team_size() const noexcept {
  ByteReader in(reinterpret_cast<const uint8_t*>(bytes_.data()), bytes_.size());
  uint64_t ours = in.varint();
  return static_cast<int32_t>(std::clamp<uint64_t>(ours, 1, std::numeric_limits<int32_t>::max()));
}

PeopleReader::PeopleReader(std::string_view encoded) noexcept
    : in_(reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size()) {
  counted_ = CountedPeople(in_.bytes(in_.count(1)));
}

}  // namespace relinsights
