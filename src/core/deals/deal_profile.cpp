#include "core/deals/deal_profile.h"

#include <algorithm>
#include <numeric>

#include "core/base/interruptible_sort.h"

namespace relinsights {
namespace {

// How many bytes a value number takes when there are so many values; 0 stands for none of them.
size_t code_width(uint32_t values) noexcept { return values < 0x100 ? 1 : values < 0x10000 ? 2 : 4; }

void write_code(ByteWriter& out, uint32_t code, size_t width) {
  uint8_t bytes[4];
  for (size_t i = 0; i < width; ++i) bytes[i] = static_cast<uint8_t>(code >> (8 * i));
  out.bytes(bytes, width);
}

// Reads the codes of a column. What is wrong, or nullptr: `used` has a 0 for each value and becomes
// 1 where there is a deal.
template <size_t kWidth>
const char* read_codes(const char* bytes, std::pmr::vector<uint32_t>& codes, std::pmr::vector<uint8_t>& used) noexcept {
  for (uint32_t& code : codes) {
    for (size_t i = 0; i < kWidth; ++i) code |= static_cast<uint32_t>(static_cast<uint8_t>(*bytes++)) << (8 * i);
    if (code >= used.size()) return "A deal has a value that is not there";
    used[code] = 1;
  }
  return std::find(used.begin() + 1, used.end(), 0) == used.end() ? nullptr : "A value of an attribute has no deal";
}

void write_text(ByteWriter& out, std::string_view text) {
  out.varint(uint64_t{text.size()});
  out.text(text);
}

std::string_view read_text(ByteReader& in) noexcept { return in.bytes(in.count(1)); }

// Reads `count` texts, each above the one before.
bool read_ascending(ByteReader& in, size_t count, TextPool& pool) {
  InterruptPace pace;
  for (size_t i = 0; i < count; ++i) {
    pace.step();
    std::string_view text = read_text(in);
    if (in.failed() || (i > 0 && text <= pool[static_cast<uint32_t>(i - 1)])) return false;
    pool.append(text);
  }
  return true;
}

Status too_many_deals() noexcept {
  return Status::error(StatusCode::kLimitExceeded, "too many deals for one deal_profile")
      .detail("The most is %u.", DealProfile::kMostDeals);
}

}  // namespace

bool DealProfile::Column::numeric() const noexcept {
  for (uint32_t i = values_.size(); i-- > 0;)
    if (!is_attribute_number(values_[i])) return false;
  return true;
}

Status DealProfile::add_id(std::string_view id) {
  if (deals() == kMostDeals) return too_many_deals();
  uint32_t deal = deals();
  if (ids_.find_or_add(id) == deal) return {};
  return Status::error(StatusCode::kDuplicate, "deal \"%s\" occurs more than once", ShownText(id).text)
      .hint("Give each closed deal once, and merge only profiles of different deals.");
}

Status DealProfile::find_or_add_column(std::string_view name, Column*& column) {
  for (Column& known : columns_) {
    column = &known;
    if (known.name() == name) return {};
  }
  if (columns_.size() == kMostAttributes) {
    return Status::error(StatusCode::kLimitExceeded, "deals have more than %zu different attributes", kMostAttributes)
        .detail("Attribute \"%s\" is one more.", ShownText(name).text)
        .hint("Map the same few fields of every deal; an attribute's name must not be data.");
  }
  column = &columns_.emplace_back(memory_, name);
  return {};
}

Status DealProfile::add(std::string_view id, bool won, std::optional<Instant> closed_at,
                        JsonValue attributes) noexcept {
  return contain([&]() -> Status {
    if (closed_at.has_value() && !check_instant(*closed_at).ok()) {
      return Status::error(StatusCode::kOutOfRange, "close time of deal \"%s\" is infinite or out of range",
                           ShownText(id).text)
          .hint("Give NULL where it is not known: such deals sort last.");
    }
    uint32_t deal = deals();
    RELINSIGHTS_RETURN_IF_ERROR(add_id(id));
    closed_.push_back(closed_at.has_value() ? closed_at->microseconds : kNotClosed);
    won_.push_back(won ? 1 : 0);
    if (!attributes.present()) return {};
    return for_each_attribute(attributes, &id, memory_, [&](std::string_view name, std::string_view value) -> Status {
      Column* column = nullptr;
      RELINSIGHTS_RETURN_IF_ERROR(find_or_add_column(name, column));
      if (column->codes_.size() > deal) {
        return Status::error(StatusCode::kInvalidText, "attribute \"%s\" of deal \"%s\" is given twice",
                             ShownText(name).text, ShownText(id).text)
            .hint("Give each attribute of a deal once.");
      }
      column->codes_.resize(deal);
      column->codes_.push_back(column->values_.find_or_add(value) + 1);
      return {};
    });
  });
}

std::optional<Instant> DealProfile::closed_at(uint32_t deal) const noexcept {
  if (closed_[deal] == kNotClosed) return {};
  return Instant{closed_[deal]};
}

Status DealProfile::merge(const DealProfile& from) noexcept {
  return contain([&]() -> Status {
    const uint32_t before = deals();
    InterruptPace pace;
    for (uint32_t deal = 0; deal < from.deals(); ++deal) {
      pace.step();
      RELINSIGHTS_RETURN_IF_ERROR(add_id(from.id(deal)));
    }
    closed_.insert(closed_.end(), from.closed_.begin(), from.closed_.end());
    won_.insert(won_.end(), from.won_.begin(), from.won_.end());
    std::pmr::vector<uint32_t> codes(memory_);
    for (const Column& theirs : from.columns_) {
      RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
      Column* mine = nullptr;
      RELINSIGHTS_RETURN_IF_ERROR(find_or_add_column(theirs.name(), mine));
      codes.assign(1, 0);
      for (uint32_t i = 0; i < theirs.values_.size(); ++i) {
        pace.step();
        codes.push_back(mine->values_.find_or_add(theirs.values_[i]) + 1);
      }
      mine->codes_.resize(before);
      for (uint32_t code : theirs.codes_) {
        pace.step();
        mine->codes_.push_back(codes[code]);
      }
    }
    return {};
  });
}

bool DealProfile::sorted() const {
  auto unordered = [](const Column& a, const Column& b) { return b.name() <= a.name(); };
  return ids_.ascending() && std::adjacent_find(columns_.begin(), columns_.end(), unordered) == columns_.end() &&
         std::all_of(columns_.begin(), columns_.end(), [](const Column& column) { return column.values_.ascending(); });
}

Status DealProfile::copy_sorted(const DealProfile& from) noexcept {
  return contain([&] {
    copy_in_order(from);
    return Status();
  });
}

void DealProfile::copy_in_order(const DealProfile& from) {
  std::pmr::vector<uint32_t> deals(from.deals(), memory_);
  std::iota(deals.begin(), deals.end(), 0);
  sort_interruptibly(std::span(deals), memory_, [&](uint32_t a, uint32_t b) { return from.ids_[a] < from.ids_[b]; });
  InterruptPace pace;
  for (uint32_t deal : deals) {
    pace.step();
    ids_.append(from.id(deal));
    closed_.push_back(from.closed_[deal]);
    won_.push_back(from.won_[deal]);
  }
  std::pmr::vector<const Column*> columns(memory_);
  for (const Column& column : from.columns_) columns.push_back(&column);
  std::sort(columns.begin(), columns.end(), [](const Column* a, const Column* b) { return a->name() < b->name(); });
  for (const Column* column : columns) {
    throw_if_interrupted();
    copy_column(*column, deals);
  }
}

void DealProfile::copy_column(const Column& from, const std::pmr::vector<uint32_t>& deals) {
  Column& column = columns_.emplace_back(memory_, from.name());
  std::pmr::vector<uint32_t> order(from.values_.size(), memory_);
  std::iota(order.begin(), order.end(), 0);
  sort_interruptibly(std::span(order), memory_,
                     [&](uint32_t a, uint32_t b) { return from.values_[a] < from.values_[b]; });
  std::pmr::vector<uint32_t> codes(order.size() + 1, 0, memory_);
  InterruptPace pace;
  for (uint32_t value : order) {
    pace.step();
    column.values_.append(from.values_[value]);
    codes[value + 1] = column.values_.size();
  }
  column.codes_.reserve(deals.size());
  for (uint32_t deal : deals) {
    pace.step();
    column.codes_.push_back(codes[from.code(deal)]);
  }
}

void DealProfile::encode(ByteWriter& out) const {
  if (!sorted()) {
    DealProfile copy(memory_);
    copy.copy_in_order(*this);
    return copy.encode(out);
  }
  out.varint(uint64_t{deals()});
  InterruptPace pace;
  for (uint32_t deal = 0; deal < deals(); ++deal) {
    pace.step();
    write_text(out, ids_[deal]);
  }
  for (int64_t closed : closed_) {
    pace.step();
    // 0 is no time; a time is its zig-zag code plus one, which fits as instants leave a bit free.
    bool known = closed != kNotClosed;
    out.varint(known ? ((static_cast<uint64_t>(closed) << 1) ^ static_cast<uint64_t>(closed >> 63)) + 1 : uint64_t{0});
  }
  for (uint32_t deal = 0; deal < deals(); deal += 8) {
    unsigned bits = 0;
    for (uint32_t i = deal; i < std::min(deal + 8, deals()); ++i) bits |= static_cast<unsigned>(won_[i]) << (i - deal);
    out.byte(static_cast<uint8_t>(bits));
  }
  out.varint(uint64_t{columns_.size()});
  for (const Column& column : columns_) {
    write_text(out, column.name());
    out.varint(uint64_t{column.values_.size()});
    for (uint32_t i = 0; i < column.values_.size(); ++i) {
      pace.step();
      write_text(out, column.values_[i]);
    }
    size_t width = code_width(column.values_.size());
    for (uint32_t deal = 0; deal < deals(); ++deal) {
      pace.step();
      write_code(out, column.code(deal), width);
    }
  }
}

void DealProfile::decode(ByteReader& in, uint8_t) {
  fault_ = decode_deals(in);
  if (fault_ == nullptr) fault_ = decode_columns(in);
  if (fault_ != nullptr) in.bytes(in.remaining());  // so that this fault is told, not that bytes are left
}

const char* DealProfile::decode_deals(ByteReader& in) {
  size_t count = in.count(2);
  if (in.failed() || count > kMostDeals) return "The number of deals does not fit its size";
  if (!read_ascending(in, count, ids_)) return "The deals are not in order of their ids";
  closed_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    uint64_t code = in.varint();
    int64_t closed = static_cast<int64_t>((code - 1) >> 1) ^ -static_cast<int64_t>((code - 1) & 1);
    if (code == 0)
      closed = kNotClosed;
    else if (!check_instant({closed}).ok())
      return "A close time is out of range";
    closed_.push_back(closed);
  }
  std::string_view bits = in.bytes((count + 7) / 8);
  if (in.failed()) return "Its bytes are cut short";
  for (size_t i = 0; i < bits.size() * 8; ++i) {
    bool won = (static_cast<uint8_t>(bits[i / 8]) >> (i % 8) & 1) != 0;
    if (i < count)
      won_.push_back(won ? 1 : 0);
    else if (won)
      return "An outcome has no deal";
  }
  return nullptr;
}

const char* DealProfile::decode_columns(ByteReader& in) {
  size_t count = in.count(1);
  if (in.failed() || count > kMostAttributes) return "It has too many attributes";
  std::pmr::vector<uint8_t> used(memory_);
  for (size_t i = 0; i < count; ++i) {
    throw_if_interrupted();
    Column column(memory_, read_text(in));
    if (i > 0 && column.name() <= columns_.back().name()) return "The attributes are not in order of their names";
    size_t values = in.count(1);
    if (in.failed() || values == 0 || values > deals())
      return "An attribute has no values, or more than there are deals";
    if (!read_ascending(in, values, column.values_)) return "The values of an attribute are not in order";
    for (uint32_t v = 0; v < values; ++v)
      if (!valid_attribute_value(column.values_[v])) return "A value of an attribute is none";
    size_t width = code_width(column.values_.size());
    std::string_view codes = in.bytes(width * deals());
    if (in.failed()) return "Its bytes are cut short";
    column.codes_.assign(deals(), 0);
    used.assign(values + 1, 0);
    const char* fault = width == 1   ? read_codes<1>(codes.data(), column.codes_, used)
                        : width == 2 ? read_codes<2>(codes.data(), column.codes_, used)
                                     : read_codes<4>(codes.data(), column.codes_, used);
    if (fault != nullptr) return fault;
    columns_.push_back(std::move(column));
  }
  return nullptr;
}

void DealProfile::write_json(JsonWriter& json) const {
  InterruptPace pace;
  json.key("deals").begin_array();
  for (uint32_t deal = 0; deal < deals(); ++deal) {
    pace.step();
    json.begin_object().key("id").string(ids_[deal]).key("won").boolean(won(deal));
    if (std::optional<Instant> at = closed_at(deal)) json.key("closed_at").instant(*at);
    json.key("attributes").begin_object();
    for (const Column& column : columns_) {
      pace.step();
      if (column.code(deal) == 0) continue;
      json.key(column.name());
      write_attribute_value(json, column.values_[column.code(deal) - 1]);
    }
    json.end_object().end_object();
  }
  json.end_array();
}

void DealProfile::read_json(JsonObject& object, JsonErrors& errors, uint8_t) {
  InterruptPace pace;
  object.required("deals").for_each_element("deals", errors, [&](JsonValue value) {
    pace.step();
    if (errors.any()) return;
    JsonObject deal("deals", value, errors);
    std::string_view id = deal.required("id").string("id", errors);
    bool won = deal.required("won").boolean("won", errors);
    std::optional<Instant> closed_at;
    if (JsonValue at = deal.optional("closed_at"); at.present()) closed_at = at.instant("closed_at", errors);
    JsonValue attributes = deal.required("attributes");
    deal.done();
    if (errors.any()) return;
    Status status = add(id, won, closed_at, attributes);
    if (status.code() == StatusCode::kOutOfMemory || status.code() == StatusCode::kInterrupted)
      throw Failure{status};  // no fault of the text
    if (!status.ok()) errors.add("%s", status.message());
  });
}

}  // namespace relinsights
