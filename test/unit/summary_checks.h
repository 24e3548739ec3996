// What every summary must do, checked the same way for each: round trips, hostile bytes and text, any order and merge
// tree.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory_resource>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "core/base/interrupt.h"
#include "core/summary.h"

namespace relinsights::test {

inline std::pmr::memory_resource* memory() { return std::pmr::new_delete_resource(); }

inline Instant minutes(int64_t m) { return {m * 60 * 1000000}; }
inline Duration for_minutes(double m) { return {static_cast<int64_t>(m * 60 * 1000000)}; }

inline ::testing::AssertionResult is_ok(const Status& status) {
  if (status.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << status.message() << " | " << status.detail_text();
}
#define ASSERT_OK(expression) ASSERT_TRUE(::relinsights::test::is_ok(expression))

inline std::string taken(ByteWriter& out) { return {reinterpret_cast<char*>(out.data()), out.size()}; }

template <StoredValue S>
std::string bytes_of(const S& summary) {
  ByteWriter out(memory());
  encode_summary(summary, out);
  return taken(out);
}

template <Summary S>
std::string text_of(const S& summary) {
  ByteWriter out(memory());
  write_summary(summary, out);
  return taken(out);
}

template <StoredValue S>
Status decode(const std::string& bytes, S& summary) {
  return decode_summary(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), summary);
}

// A JSON document as the tokens the core reads; the strings live in `keep`.
class Tokens {
 public:
  // Not JSON: `parsed` is false.
  explicit Tokens(const std::string& text) {
    auto document = nlohmann::ordered_json::parse(text, nullptr, false);
    parsed = !document.is_discarded();
    if (parsed) add(document);
  }
  JsonValue value() const { return {tokens_.data(), 0}; }
  bool parsed;

 private:
  std::string_view keep(std::string text) {
    return *strings_.emplace_back(std::make_unique<std::string>(std::move(text)));
  }
  void add(const nlohmann::ordered_json& json) {
    using Type = JsonToken::Type;
    size_t at = tokens_.size();
    if (json.is_object()) {
      tokens_.push_back({Type::kObject, 0, {}});
      for (const auto& [key, member] : json.items()) {
        tokens_.push_back({Type::kKey, 0, keep(key)});
        add(member);
      }
    } else if (json.is_array()) {
      tokens_.push_back({Type::kArray, 0, {}});
      for (const auto& element : json) add(element);
    } else if (json.is_string()) {
      tokens_.push_back({Type::kString, 0, keep(json.get<std::string>())});
      return;
    } else {
      Type type = json.is_number()   ? Type::kNumber
                  : json.is_null()   ? Type::kNull
                  : json.get<bool>() ? Type::kTrue
                                     : Type::kFalse;
      tokens_.push_back({type, 0, json.is_number() ? keep(json.dump()) : std::string_view()});
      return;
    }
    tokens_[at].end = static_cast<uint32_t>(tokens_.size());
    tokens_.push_back({Type::kEnd, 0, {}});
  }

  std::vector<JsonToken> tokens_;
  std::vector<std::unique_ptr<std::string>> strings_;
};

// Bytes and text come back as they went.
template <Summary S>
void expect_round_trips(const S& summary) {
  std::string bytes = bytes_of(summary);
  S from_bytes(memory());
  ASSERT_OK(decode(bytes, from_bytes));
  EXPECT_EQ(bytes_of(from_bytes), bytes);

  std::string text = text_of(summary);
  Tokens tokens(text);
  ASSERT_TRUE(tokens.parsed) << text;
  S from_text(memory());
  ASSERT_OK(read_summary(tokens.value(), from_text)) << text;
  EXPECT_EQ(bytes_of(from_text), bytes) << text;
}

// Reads a partial state into `state`; whether it was accepted.
template <Aggregation A>
bool deserialized(const std::string& bytes, A& state) {
  ByteReader in(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  state.deserialize(in);
  return in.complete();
}
template <Aggregation A>
bool accepts_state(const std::string& bytes) {
  A state(memory());
  return deserialized(bytes, state);
}

template <Aggregation A>
std::string state_of(const A& state) {
  ByteWriter out(memory());
  state.serialize(out);
  return taken(out);
}

// What `work` answers (a Status) or throws when the host asks to stop at once.
template <class Work>
StatusCode when_asked_to_stop(Work&& work) {
  interrupt_requested = []() noexcept { return true; };
  Status status = contain(work);
  interrupt_requested = nullptr;
  return status.code();
}

// Changes `value` a little: flips, cuts, doubles and splices, the way damage happens.
inline void mutate(std::string& value, const std::string& other, std::mt19937_64& random) {
  auto below = [&](size_t n) { return n == 0 ? size_t{0} : static_cast<size_t>(random() % n); };
  for (size_t edits = 1 + below(3); edits > 0; --edits) {
    size_t at = below(value.size() + 1);
    switch (below(6)) {
      case 0:
        if (at < value.size()) value[at] = static_cast<char>(value[at] ^ (1 << below(8)));
        break;
      case 1:
        if (at < value.size()) value[at] = static_cast<char>(random());
        break;
      case 2:
        value.resize(at);
        break;
      case 3:
        value.insert(at, 1, static_cast<char>(random()));
        break;
      case 4:
        value.erase(at, 1 + below(4));
        break;
      default:
        value = value.substr(0, at) + other.substr(std::min(below(other.size() + 1), other.size()));
    }
  }
}

// Sanitizers, and counting lines, make every step ten times slower, so they see a tenth of the damaged inputs; the
// plain build sees all.
#if defined(__SANITIZE_ADDRESS__) || defined(RELINSIGHTS_COVERAGE)
inline constexpr size_t kShareOfRounds = 10;
#else
inline constexpr size_t kShareOfRounds = 1;
#endif

// Damaged bytes are refused, or are the canonical bytes of what they decode to; never a crash. The same for text.
template <Summary S>
void expect_survives_mutation(const std::vector<S>& samples, size_t byte_rounds, size_t text_rounds,
                              uint64_t seed = 1) {
  byte_rounds /= kShareOfRounds;
  text_rounds /= kShareOfRounds;
  std::mt19937_64 random(seed);
  std::vector<std::string> bytes, texts;
  for (const S& sample : samples) {
    bytes.push_back(bytes_of(sample));
    texts.push_back(text_of(sample));
  }
  size_t refused = 0;
  for (size_t round = 0; round < byte_rounds; ++round) {
    std::string damaged = bytes[random() % bytes.size()];
    mutate(damaged, bytes[random() % bytes.size()], random);
    S summary(memory());
    if (!decode(damaged, summary).ok()) {
      ++refused;
      continue;
    }
    if (static_cast<uint8_t>(damaged[0]) == S::kVersion) {
      ASSERT_EQ(bytes_of(summary), damaged) << "accepted bytes that are not canonical, round " << round;
    } else {  // of an older version: what it is written anew as can be read
      S again(memory());
      ASSERT_OK(decode(bytes_of(summary), again)) << "accepted bytes of a value that is none, round " << round;
    }
  }
  EXPECT_GT(refused, byte_rounds / 4);
  for (size_t round = 0; round < text_rounds; ++round) {
    std::string damaged = texts[random() % texts.size()];
    mutate(damaged, texts[random() % texts.size()], random);
    Tokens tokens(damaged);
    if (!tokens.parsed) continue;
    S summary(memory());
    if (!read_summary(tokens.value(), summary).ok()) continue;
    S again(memory());
    ASSERT_OK(decode(bytes_of(summary), again)) << "accepted text of a value that is none: " << damaged;
  }
}

// Aggregates `rows` in a random order, split over random partial states merged by a random tree (some of them through
// serialize and deserialize, as parallel workers do), and answers the bytes of the result.
template <Aggregation A, class Row>
std::string bytes_in_random_order(std::vector<Row> rows, const std::function<Status(A&, const Row&)>& add,
                                  std::mt19937_64& random) {
  std::shuffle(rows.begin(), rows.end(), random);
  std::vector<std::unique_ptr<A>> parts;
  size_t count = 1 + random() % 5;
  for (size_t i = 0; i < count; ++i) parts.push_back(std::make_unique<A>(memory()));
  for (const Row& row : rows) EXPECT_TRUE(add(*parts[random() % count], row).ok());
  while (parts.size() > 1) {
    size_t into = random() % parts.size(), from = random() % parts.size();
    if (into == from) continue;
    typename A::Summary of_part(memory());
    // No state without rows is ever handed over.
    if (random() % 2 == 0 && parts[from]->finish(of_part).ok() && of_part.validate() == nullptr) {
      ByteWriter out(memory());
      parts[from]->serialize(out);
      auto copy = std::make_unique<A>(memory());
      ByteReader in(out.data(), out.size());
      copy->deserialize(in);
      EXPECT_TRUE(in.complete());
      parts[from] = std::move(copy);
    }
    EXPECT_TRUE(parts[into]->merge(*parts[from]).ok());
    parts.erase(parts.begin() + static_cast<ptrdiff_t>(from));
  }
  typename A::Summary summary(memory());
  EXPECT_TRUE(parts[0]->finish(summary).ok());
  std::string first = bytes_of(summary);
  typename A::Summary again(memory());
  EXPECT_TRUE(parts[0]->finish(again).ok());
  EXPECT_EQ(bytes_of(again), first) << "finishing changed the state";
  return first;
}

}  // namespace relinsights::test
