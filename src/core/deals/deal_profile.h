// The closed deals of a company, won and lost, with their attributes: what similar won deals are
// found in, and what the attributes' weights are learned from. SPEC 4.
//
// It keeps every deal, so it is exact, merges exactly, and grows with the number of deals: about 20
// bytes each plus one to four for each attribute. An attribute is a column of value numbers, its
// values are kept once. Deals are told apart by their id's bytes; the same id twice is an error,
// also when profiles merge.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/activity.h"
#include "core/base/text_pool.h"
#include "core/deals/attribute_value.h"
#include "core/summary.h"

namespace relinsights {

class DealProfile {
 public:
  static constexpr const char* kTypeName = "deal_profile";
  static constexpr uint8_t kVersion = 1;
  static constexpr uint32_t kMostDeals = uint32_t{1} << 28;
  static constexpr size_t kMostAttributes = 256;

  // One attribute of all deals.
  class Column {
   public:
    Column(std::pmr::memory_resource* memory, std::string_view name)
        : name_(name, memory), values_(memory), codes_(memory) {}

    std::string_view name() const noexcept { return name_; }
    const TextPool& values() const noexcept { return values_; }  // see attribute_value.h
    // Which of the values the deal has, counted from 1; 0 where it has none.
    uint32_t code(uint32_t deal) const noexcept { return deal < codes_.size() ? codes_[deal] : 0; }
    bool numeric() const noexcept;  // every value is a number

   private:
    friend class DealProfile;
    std::pmr::string name_;
    TextPool values_;
    std::pmr::vector<uint32_t> codes_;  // as far as the last deal that has a value
  };

  explicit DealProfile(std::pmr::memory_resource* memory) noexcept
      : memory_(memory), ids_(memory), closed_(memory), won_(memory), columns_(memory) {}

  // One closed deal. `attributes` is an object of scalars; a null in it counts as absent.
  Status add(std::string_view id, bool won, std::optional<Instant> closed_at, JsonValue attributes) noexcept;
  Status merge(const DealProfile& from) noexcept;
  // Becomes `from` with everything in its canonical order; must be empty.
  Status copy_sorted(const DealProfile& from) noexcept;

  uint32_t deals() const noexcept { return ids_.size(); }
  std::string_view id(uint32_t deal) const noexcept { return ids_[deal]; }
  bool won(uint32_t deal) const noexcept { return won_[deal] != 0; }
  std::optional<Instant> closed_at(uint32_t deal) const noexcept;
  const std::pmr::vector<Column>& columns() const noexcept { return columns_; }
  // Whether deals, attributes and values are in the order of their bytes, as they are after decode
  // and copy_sorted.
  bool sorted() const;

  // Calls visit(text) for every id, attribute and value that is text, for whoever must check texts
  // that come from outside.
  template <class Visit>
  void for_each_text(Visit&& visit) const {
    for (uint32_t i = 0; i < ids_.size(); ++i) visit(ids_[i]);
    for (const Column& column : columns_) {
      visit(column.name());
      for (uint32_t i = 0; i < column.values_.size(); ++i)
        if (!is_attribute_number(column.values_[i])) visit(column.values_[i].substr(1));
    }
  }

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept { return deals() == 0 ? "It has no deal" : fault_; }
  void write_json(JsonWriter& json) const;
  void read_json(JsonObject& object, JsonErrors& errors, uint8_t version);

 private:
  static constexpr int64_t kNotClosed = std::numeric_limits<int64_t>::min();

  Status find_or_add_column(std::string_view name, Column*& column);
  Status add_id(std::string_view id);
  void copy_in_order(const DealProfile& from);
  void copy_column(const Column& from, const std::pmr::vector<uint32_t>& deals);
  // What is wrong, or nullptr.
  const char* decode_deals(ByteReader& in);
  const char* decode_columns(ByteReader& in);

  std::pmr::memory_resource* memory_;
  TextPool ids_;
  std::pmr::vector<int64_t> closed_;  // microseconds, or kNotClosed
  std::pmr::vector<uint8_t> won_;
  std::pmr::vector<Column> columns_;
  const char* fault_ = nullptr;  // what decode found wrong
};

// The same while rows come in.
class DealAggregation : public DealProfile {
 public:
  using Summary = DealProfile;
  using DealProfile::DealProfile;

  Status merge(const DealAggregation& from) noexcept { return DealProfile::merge(from); }
  void serialize(ByteWriter& out) const { encode(out); }
  void deserialize(ByteReader& in) {
    decode(in, kVersion);
    if (validate() != nullptr) in.reject();
  }
  Status finish(DealProfile& summary) noexcept { return summary.copy_sorted(*this); }
};

}  // namespace relinsights
