#include "core/deals/similar_deals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/interruptible_sort.h"

namespace relinsights {
namespace {

constexpr size_t kDealsPerRun = 512;  // whose sums and columns stay in the first-level cache
static_assert(kDealsPerRun % kSimilarityGroup == 0);

// Stands for a sum of weights of nothing, so that it divides 0 into 0.
constexpr double kNothing = 1e-300;

// Rounded half up to 9 decimals. What is a half but for the last bits of the sum (5e-16 and less)
// goes up as well, so that the order of adding does not show.
Similarity rounded(double share) noexcept {
  return {static_cast<uint32_t>(std::clamp(std::floor(share * 1e9 + 0.5 + 5e-7), 0.0, 1e9))};
}

// The least number of billionths that is at least `similarity`; beyond 1e9 if none is.
uint32_t least_billionths(double similarity) noexcept {
  auto least = static_cast<uint32_t>(std::clamp(std::floor(similarity * 1e9) - 1, 0.0, 1e9));
  while (least <= 1000000000 && Similarity{least}.value() < similarity) ++least;
  return least;
}

// Keeps the best of the matches it is given in the order of closing.
class Best {
 public:
  Best(std::pmr::vector<SimilarDeals::Match>& matches, size_t k, uint32_t least) noexcept
      : matches_(matches), k_(k), least_(least) {}

  // What a match must have to be kept.
  uint32_t least() const noexcept {
    return matches_.size() < k_ ? least_ : std::max(least_, matches_.front().similarity.billionths + 1);
  }
  // The same as a bar for the kernel, a little too low: the exact test follows.
  double bar() const noexcept { return (least() - 0.5 - 1e-5) / 2e9; }

  void add(SimilarDeals::Match match) {
    if (matches_.size() == k_) {
      std::pop_heap(matches_.begin(), matches_.end(), better);
      matches_.pop_back();
    }
    matches_.push_back(match);
    std::push_heap(matches_.begin(), matches_.end(), better);
  }
  void sort() { std::sort_heap(matches_.begin(), matches_.end(), better); }

 private:
  static bool better(const SimilarDeals::Match& a, const SimilarDeals::Match& b) noexcept {
    if (a.similarity.billionths != b.similarity.billionths) return a.similarity.billionths > b.similarity.billionths;
    return a.place < b.place;
  }

  std::pmr::vector<SimilarDeals::Match>& matches_;
  size_t k_;
  uint32_t least_;
};

// Where `text` is in the ascending pool, or would be.
uint32_t lower_bound(const TextPool& pool, std::string_view text) noexcept {
  uint32_t low = 0, high = pool.size();
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (pool[middle] < text)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool holds(const TextPool& pool, uint32_t at, std::string_view text) noexcept {
  return at < pool.size() && pool[at] == text;
}

void write_billionths(JsonWriter& json, Similarity part) {
  char text[16];
  int length = std::snprintf(text, sizeof text, "%u.%09u", part.billionths / 1000000000, part.billionths % 1000000000);
  while (text[length - 1] == '0') --length;
  if (text[length - 1] == '.') --length;
  json.literal({text, static_cast<size_t>(length)});
}

}  // namespace

Status SimilarDeals::prepare(const DealProfile& profile) noexcept {
  return contain([&]() -> Status {
    profile_ = &profile;
    DealFactors learned(memory_);
    RELINSIGHTS_RETURN_IF_ERROR(learn_factors(profile, learned));
    order_by_closing();
    size_t padded = (places_.size() + kSimilarityGroup - 1) / kSimilarityGroup * kSimilarityGroup;
    present_.assign(places_.size(), 0);
    present_.resize(padded, std::numeric_limits<double>::quiet_NaN());
    for (const DealFactor& factor : learned.factors) {
      RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
      numeric_.push_back(factor.numeric);
      if (factor.weight > 0) lay_out(factor);
    }
    return {};
  });
}

void SimilarDeals::order_by_closing() {
  struct Closed {
    int64_t at;
    uint32_t deal;
  };
  std::pmr::vector<Closed> closed(memory_);
  InterruptPace pace;
  for (uint32_t deal = 0; deal < profile_->deals(); ++deal) {
    pace.step();
    constexpr Instant kUnknown{std::numeric_limits<int64_t>::min()};
    if (profile_->won(deal)) closed.push_back({profile_->closed_at(deal).value_or(kUnknown).microseconds, deal});
  }
  // Deals are in the order of their ids.
  sort_interruptibly(std::span(closed), memory_,
                     [](const Closed& a, const Closed& b) { return a.at != b.at ? a.at > b.at : a.deal < b.deal; });
  for (const Closed& each : closed) places_.push_back(each.deal);
}

void SimilarDeals::lay_out(const DealFactor& factor) {
  Attribute& attribute = attributes_.emplace_back(memory_);
  attribute.values = factor.column;
  attribute.weight = factor.weight;
  attribute.numeric = factor.numeric;
  std::pmr::vector<int32_t>& below = attribute.below;
  int32_t won = 0;
  InterruptPace pace;
  if (factor.numeric) {
    below.assign(factor.column->values().size() + 1, 0);
    for (uint32_t deal : places_) {
      pace.step();
      if (uint32_t code = factor.column->code(deal); code != 0) ++below[code];
    }
    for (size_t i = 1; i < below.size(); ++i) below[i] += below[i - 1];
    won = below.back();
    attribute.slope = factor.weight / std::max(1.0, 2.0 * won);
    attribute.missing = -2 * won - 1;  // further from every rank than the whole range: s is 0
  }
  attribute.column.assign(present_.size(), attribute.missing);
  for (size_t place = 0; place < places_.size(); ++place) {
    pace.step();
    uint32_t code = factor.column->code(places_[place]);
    if (code == 0) continue;
    attribute.column[place] = factor.numeric ? below[code - 1] + below[code] : static_cast<int32_t>(code);
    present_[place] += factor.weight;
  }
}

// The value as the column holds it. One that no deal of the profile has equals none and lies
// between two ranks.
int32_t SimilarDeals::value_of(const Attribute& attribute, std::string_view value) const noexcept {
  const TextPool& values = attribute.values->values();
  uint32_t at = lower_bound(values, value);
  bool known = holds(values, at, value);
  if (!attribute.numeric) return known ? static_cast<int32_t>(at + 1) : -1;
  return known ? attribute.below[at] + attribute.below[at + 1] : 2 * attribute.below[at];
}

Status SimilarDeals::read_attribute(const std::string_view* id, std::string_view name, std::string_view value,
                                    Query& query) const noexcept {
  const auto& columns = profile_->columns();
  auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& known) { return known.name() == name; });
  if (column == columns.end()) return {};
  auto at = static_cast<size_t>(column - columns.begin());
  if (numeric_[at] && !is_attribute_number(value)) {
    return Status::error(StatusCode::kInvalidArgument, "attribute \"%s\"%s must be a number", ShownText(name).text,
                         ShownDeal(id).text)
        .detail("The closed deals have only numbers in it.")
        .hint("Map the attribute the same way for open and for closed deals.");
  }
  for (size_t i = 0; i < attributes_.size(); ++i)
    if (attributes_[i].values == &*column) query.has_[i] = value_of(attributes_[i], value);
  return {};
}

Status SimilarDeals::read(const std::string_view* id, JsonValue attributes, Query& query) const noexcept {
  return contain([&]() -> Status {
    if (id != nullptr) {
      uint32_t deal = 0, end = profile_->deals();
      while (deal < end) {
        uint32_t middle = deal + (end - deal) / 2;
        if (profile_->id(middle) < *id)
          deal = middle + 1;
        else
          end = middle;
      }
      if (deal < profile_->deals() && profile_->id(deal) == *id) query.itself_ = deal;
    }
    query.has_.assign(attributes_.size(), kMissing);
    if (attributes.present()) {
      RELINSIGHTS_RETURN_IF_ERROR(for_each_attribute(
          attributes, id, memory_,
          [&](std::string_view name, std::string_view value) { return read_attribute(id, name, value, query); }));
    }
    for (size_t i = 0; i < attributes_.size(); ++i) {
      const Attribute& attribute = attributes_[i];
      if (query.has_[i] == kMissing) continue;
      query.terms_.push_back(
          {attribute.column.data(), query.has_[i], attribute.numeric, attribute.weight, attribute.slope});
      query.own_ += attribute.weight;
    }
    if (query.terms_.empty()) query.own_ = kNothing;
    return {};
  });
}

Status SimilarDeals::check(int32_t k, double min_similarity) noexcept {
  if (k < 1) {
    return Status::error(StatusCode::kInvalidArgument, "number of similar won deals must be at least 1")
        .detail("It is %d.", k);
  }
  if (!(min_similarity >= 0 && min_similarity <= 1)) {
    return Status::error(StatusCode::kInvalidArgument, "min_similarity must lie between 0 and 1")
        .detail("It is %g.", min_similarity);
  }
  return {};
}

size_t SimilarDeals::queries_at_once(int32_t k) const noexcept {
  constexpr size_t kMostQueries = 64, kMostMatches = size_t{1} << 20;
  return std::clamp(kMostMatches / std::clamp<size_t>(places_.size(), 1, static_cast<size_t>(k)), size_t{1},
                    kMostQueries);
}

Status SimilarDeals::search(std::span<Query> queries, int32_t k, double min_similarity,
                            SimilarityKernel kernel) const noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check(k, min_similarity));
  return contain([&]() -> Status {
    const uint32_t least = least_billionths(min_similarity);
    double sums[kDealsPerRun];
    uint32_t found[kDealsPerRun];
    for (size_t first = 0; first < present_.size(); first += kDealsPerRun) {
      RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
      size_t count = std::min(kDealsPerRun, present_.size() - first);
      for (Query& query : queries) {
        Best best(query.matches, static_cast<size_t>(k), least);
        SimilarityRun run{query.terms_, present_.data(), query.own_, best.bar()};
        size_t hits = kernel(run, first, count, sums, found);
        for (size_t i = 0; i < hits; ++i) {
          size_t place = first + found[i];
          Similarity similarity = rounded(2 * sums[found[i]] / (query.own_ + present_[place]));
          if (similarity.billionths < best.least() || places_[place] == query.itself_) continue;
          best.add({similarity, static_cast<uint32_t>(place)});
        }
      }
    }
    for (Query& query : queries) Best(query.matches, static_cast<size_t>(k), least).sort();
    return {};
  });
}

void SimilarDeals::write_contributions(const Query& query, const Match& match, JsonWriter& json) const {
  double weights = (query.own_ + present_[match.place]) / 2;
  json.begin_object();
  for (size_t i = 0; i < attributes_.size(); ++i) {
    const Attribute& attribute = attributes_[i];
    int32_t mine = query.has_[i], theirs = attribute.column[match.place];
    bool have = mine != kMissing, has = theirs != attribute.missing;
    if (!have && !has) continue;
    double part = 0;
    if (have && has && attribute.numeric)
      part = attribute.weight - attribute.slope * std::abs(static_cast<double>(theirs) - mine);
    if (have && has && !attribute.numeric && mine == theirs) part = attribute.weight;
    write_billionths(json.key(attribute.values->name()), rounded(part / weights));
  }
  json.end_object();
}

}  // namespace relinsights
