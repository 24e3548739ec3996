// A set of byte strings, each known by a number: the order in which they came. The strings lie one
// behind the other; the index that finds one by its bytes is made when first needed, so a set that
// is only read costs none. What runs out of memory throws std::bad_alloc; what is told to stop
// throws a Failure.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "core/base/interrupt.h"
#include "core/base/keyed_hash.h"

namespace relinsights {

class TextPool {
 public:
  explicit TextPool(std::pmr::memory_resource* memory) noexcept : ends_(memory), bytes_(memory), slots_(memory) {}

  uint32_t size() const noexcept { return static_cast<uint32_t>(ends_.size()); }
  std::string_view operator[](uint32_t number) const noexcept {
    size_t begin = number == 0 ? 0 : ends_[number - 1];
    return {bytes_.data() + begin, ends_[number] - begin};
  }

  // The number of `text`; it is new if that is what size() was.
  uint32_t find_or_add(std::string_view text) {
    if (slots_.size() < size_t{2} * (size() + 1)) make_index();
    size_t slot = slot_of(text);
    if (slots_[slot] == 0) {
      append(text);
      slots_[slot] = size();
    }
    return slots_[slot] - 1;
  }

  // The number of `text`, UINT32_MAX if it is not there. After find_or_add has been used.
  uint32_t find(std::string_view text) const noexcept {
    return slots_.empty() ? UINT32_MAX : slots_[slot_of(text)] - 1;
  }

  // For a text the caller knows to be new, in a pool that find_or_add has not touched yet.
  void append(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    ends_.push_back(bytes_.size());
  }

  // Whether the texts came in the order of their bytes.
  bool ascending() const {
    InterruptPace pace;
    for (uint32_t i = 1; i < size(); ++i) {
      pace.step();
      if ((*this)[i] <= (*this)[i - 1]) return false;
    }
    return true;
  }

 private:
  size_t slot_of(std::string_view text) const noexcept {
    size_t mask = slots_.size() - 1;
    size_t slot = keyed_hash(text) & mask;
    while (slots_[slot] != 0 && (*this)[slots_[slot] - 1] != text) slot = (slot + 1) & mask;
    return slot;
  }
  void make_index() {
    size_t slots = 16;
    while (slots < size_t{4} * (size() + 1)) slots *= 2;
    slots_.assign(slots, 0);
    InterruptPace pace;
    for (uint32_t i = 0; i < size(); ++i) {
      pace.step();
      slots_[slot_of((*this)[i])] = i + 1;
    }
  }

  std::pmr::vector<size_t> ends_;
  std::pmr::vector<char> bytes_;
  std::pmr::vector<uint32_t> slots_;  // open addressing: a number plus one, 0 is free; at most half are taken
};

}  // namespace relinsights
