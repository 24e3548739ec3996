// The byte form of every summary: little-endian base-128 varints, each in its shortest form, so that equal values have
// equal bytes. Writing appends to memory of the caller's resource; reading trusts nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string_view>
#include <utility>

#include "core/base/status.h"

namespace relinsights {

using uint128 = unsigned __int128;
// For members: hosts such as PostgreSQL align memory to 8 bytes.
typedef uint128 StoredUint128 __attribute__((aligned(8)));

// A growing buffer. `release` hands the memory over to the caller, who frees it through the same resource.
class ByteWriter {
 public:
  explicit ByteWriter(std::pmr::memory_resource* memory, size_t capacity = 256)
      : memory_(memory), data_(static_cast<uint8_t*>(memory->allocate(capacity, 8))), capacity_(capacity) {}
  ByteWriter(const ByteWriter&) = delete;
  ByteWriter& operator=(const ByteWriter&) = delete;
  ~ByteWriter() {
    if (data_ != nullptr) memory_->deallocate(data_, capacity_, 8);
  }

  void byte(uint8_t value) {
    make_room(1);
    data_[size_++] = value;
  }
  void bytes(const void* from, size_t count) {
    make_room(count);
    if (count > 0) std::memcpy(data_ + size_, from, count);
    size_ += count;
  }
  void text(std::string_view value) { bytes(value.data(), value.size()); }
  void varint(uint128 value) {
    make_room(19);
    while (value >= 0x80) {
      data_[size_++] = static_cast<uint8_t>(value) | 0x80;
      value >>= 7;
    }
    data_[size_++] = static_cast<uint8_t>(value);
  }
  void varint(uint64_t value) {
    make_room(10);
    while (value >= 0x80) {
      data_[size_++] = static_cast<uint8_t>(value) | 0x80;
      value >>= 7;
    }
    data_[size_++] = static_cast<uint8_t>(value);
  }
  // Zig-zag: small numbers of either sign stay short.
  void signed_varint(int64_t value) {
    varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }

  // Room for so many more bytes: what is appended to it costs no second look.
  void make_room(size_t more) {
    if (more > capacity_ - size_) [[unlikely]]
      grow(more);
  }
  void clear() noexcept { size_ = 0; }

  size_t size() const noexcept { return size_; }
  uint8_t* data() noexcept { return data_; }
  const uint8_t* data() const noexcept { return data_; }
  uint8_t* release() noexcept { return std::exchange(data_, nullptr); }

 private:
  void grow(size_t more) {
    size_t capacity = capacity_ * 2 > size_ + more ? capacity_ * 2 : size_ + more;
    auto* data = static_cast<uint8_t*>(memory_->allocate(capacity, 8));
    std::memcpy(data, data_, size_);
    memory_->deallocate(data_, capacity_, 8);
    data_ = data;
    capacity_ = capacity;
  }

  std::pmr::memory_resource* memory_;
  uint8_t* data_;
  size_t size_ = 0;
  size_t capacity_;
};

// Reads bytes that may come from anywhere. The first thing that is wrong makes every later read answer zero and
// `complete` false, so a reader checks once, at its end, and caps every count by `remaining` before it allocates.
class ByteReader {
 public:
  ByteReader(const uint8_t* data, size_t size) noexcept : at_(data), end_(data + size) {}

  uint8_t byte() noexcept { return at_ < end_ ? *at_++ : fail(); }
  uint64_t varint() noexcept {
    if (at_ < end_ && *at_ < 0x80) return *at_++;
    return static_cast<uint64_t>(unsigned_number(64));
  }
  uint128 wide_varint() noexcept { return unsigned_number(128); }
  // A number that SQL shows as a bigint and that is never negative.
  int64_t bigint() noexcept {
    uint64_t value = varint();
    return value >> 63 ? fail() : static_cast<int64_t>(value);
  }
  int64_t signed_varint() noexcept {
    uint64_t value = varint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  // A number of things that follow, each of at least `bytes_each` bytes.
  size_t count(size_t bytes_each) noexcept {
    uint64_t value = varint();
    return value <= remaining() / bytes_each ? static_cast<size_t>(value) : fail();
  }
  std::string_view bytes(size_t size) noexcept {
    if (size > remaining()) {
      fail();
      return {};
    }
    std::string_view result(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return result;
  }

  // Called by a decoder that finds the bytes to make no sense.
  void reject() noexcept { fail(); }

  size_t remaining() const noexcept { return static_cast<size_t>(end_ - at_); }
  bool failed() const noexcept { return failed_; }
  bool complete() const noexcept { return !failed_ && at_ == end_; }

 private:
  uint8_t fail() noexcept {
    failed_ = true;
    at_ = end_;
    return 0;
  }
  uint128 unsigned_number(unsigned bits) noexcept {
    uint128 value = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
      if (at_ == end_) return fail();
      uint8_t part = *at_++;
      uint8_t payload = part & 0x7f;
      if (bits - shift < 7 && (payload >> (bits - shift)) != 0) return fail();
      value |= static_cast<uint128>(payload) << shift;
      if ((part & 0x80) == 0) return part == 0 && shift > 0 ? fail() : value;
    }
    return fail();
  }

  const uint8_t* at_;
  const uint8_t* end_;
  bool failed_ = false;
};

}  // namespace relinsights
