#include "core/deals/attribute_value.h"

#include <algorithm>

namespace relinsights {
namespace {

// The first byte says what follows. Numbers come first so that a set of values in order has its
// numbers in front.
constexpr char kNegative = 1, kZero = 2, kPositive = 3, kString = 4, kFalse = 5, kTrue = 6;

// A number that is not zero is +-0.DIGITS * 10^point, its first and last digit not zero. Its bytes:
// the sign, the point as three bytes, the digits; of a negative number the complements of both and
// a byte above every digit.
constexpr int kPointBytes = 3;
constexpr int64_t kPointBias = int64_t{1} << 23;
constexpr int64_t kMostBeforePoint = 131072;  // numeric's digits before and behind the decimal point
constexpr int64_t kMostBehindPoint = 16383;
constexpr char kAfterNegative = '\x7f';

constexpr char complement(char digit) noexcept { return static_cast<char>('0' + '9' - digit); }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool in_range(int64_t point, size_t digits) noexcept {
  return point <= kMostBeforePoint && static_cast<int64_t>(digits) - point <= kMostBehindPoint;
}

void append_point(std::pmr::string& bytes, int64_t point, bool negative) {
  auto biased = static_cast<uint32_t>(point + kPointBias);
  for (int shift = 8 * (kPointBytes - 1); shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(((negative ? ~biased : biased) >> shift) & 0xff));
}

int64_t point_of(std::string_view bytes, bool negative) noexcept {
  uint32_t biased = 0;
  for (int i = 1; i <= kPointBytes; ++i) {
    auto byte = static_cast<uint8_t>(bytes[static_cast<size_t>(i)]);
    biased = biased << 8 | static_cast<uint8_t>(negative ? ~byte : byte);
  }
  return static_cast<int64_t>(biased) - kPointBias;
}

// The exponent behind e or E; beyond anything in range it stays there.
int64_t exponent_of(std::string_view text) noexcept {
  bool negative = !text.empty() && text.front() == '-';
  int64_t value = 0;
  for (char c : text)
    if (is_digit(c)) value = std::min<int64_t>(value * 10 + (c - '0'), int64_t{1} << 40);
  return negative ? -value : value;
}

// `text` is a JSON number.
bool encode_number(std::string_view text, std::pmr::string& bytes) {
  bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  size_t mantissa_end = std::min(text.find_first_of("eE"), text.size());
  int64_t point = mantissa_end < text.size() ? exponent_of(text.substr(mantissa_end + 1)) : 0;
  std::string_view mantissa = text.substr(0, mantissa_end);
  point += static_cast<int64_t>(std::min(mantissa.find('.'), mantissa.size()));

  bytes.assign(1 + kPointBytes, '\0');
  bool leading = true;
  for (char c : mantissa) {
    if (!is_digit(c)) continue;
    if (leading && c == '0') {
      --point;
      continue;
    }
    leading = false;
    bytes.push_back(c);
  }
  while (bytes.size() > 1 + kPointBytes && bytes.back() == '0') bytes.pop_back();
  size_t digits = bytes.size() - 1 - kPointBytes;
  if (digits == 0) {
    bytes.assign(1, kZero);
    return true;
  }
  if (!in_range(point, digits)) return false;

  std::pmr::string head(bytes.get_allocator());
  head.push_back(negative ? kNegative : kPositive);
  append_point(head, point, negative);
  std::copy(head.begin(), head.end(), bytes.begin());
  if (negative) {
    std::transform(bytes.begin() + 1 + kPointBytes, bytes.end(), bytes.begin() + 1 + kPointBytes, complement);
    bytes.push_back(kAfterNegative);
  }
  return true;
}

bool valid_number(std::string_view bytes) noexcept {
  bool negative = bytes.front() == kNegative;
  if (bytes.size() < 1 + kPointBytes + 1 + (negative ? 1 : 0)) return false;
  std::string_view digits = bytes.substr(1 + kPointBytes);
  if (negative) {
    if (digits.back() != kAfterNegative) return false;
    digits.remove_suffix(1);
  }
  char zero = negative ? complement('0') : '0';
  return std::all_of(digits.begin(), digits.end(), is_digit) && digits.front() != zero && digits.back() != zero &&
         in_range(point_of(bytes, negative), digits.size());
}

// Plain digits where that is short, else with an exponent.
void write_number(JsonWriter& json, std::string_view bytes) {
  constexpr int64_t kMostZeros = 20;
  bool negative = bytes.front() == kNegative;
  int64_t point = point_of(bytes, negative);
  std::string digits(bytes.substr(1 + kPointBytes));
  if (negative) {
    digits.pop_back();
    std::transform(digits.begin(), digits.end(), digits.begin(), complement);
  }
  auto count = static_cast<int64_t>(digits.size());
  if (point > count + kMostZeros || point < -kMostZeros) {
    if (count > 1) digits.insert(1, ".");
    digits += "e" + std::to_string(point - 1);
  } else if (point > count) {
    digits.append(static_cast<size_t>(point - count), '0');
  } else if (point <= 0) {
    digits.insert(0, "0." + std::string(static_cast<size_t>(-point), '0'));
  } else if (point < count) {
    digits.insert(static_cast<size_t>(point), ".");
  }
  if (negative) digits.insert(0, "-");
  json.literal(digits);
}

}  // namespace

bool encode_attribute_value(JsonValue value, std::pmr::string& bytes) {
  switch (value.type()) {
    case JsonToken::Type::kNumber:
      return encode_number(value.text(), bytes);
    case JsonToken::Type::kString:
      bytes.assign(1, kString);
      bytes.append(value.text());
      return true;
    default:
      bytes.assign(1, value.type() == JsonToken::Type::kTrue ? kTrue : kFalse);
      return true;
  }
}

bool is_attribute_number(std::string_view bytes) noexcept { return bytes.front() <= kPositive; }

bool valid_attribute_value(std::string_view bytes) noexcept {
  if (bytes.empty()) return false;
  switch (bytes.front()) {
    case kNegative:
    case kPositive:
      return valid_number(bytes);
    case kString:
      return true;
    case kZero:
    case kFalse:
    case kTrue:
      return bytes.size() == 1;
    default:
      return false;
  }
}

void write_attribute_value(JsonWriter& json, std::string_view bytes) {
  switch (bytes.front()) {
    case kZero:
      json.literal("0");
      break;
    case kString:
      json.string(bytes.substr(1));
      break;
    case kFalse:
    case kTrue:
      json.boolean(bytes.front() == kTrue);
      break;
    default:
      write_number(json, bytes);
  }
}

ShownDeal::ShownDeal(const std::string_view* id) noexcept {
  text[0] = '\0';
  if (id != nullptr) std::snprintf(text, sizeof text, " of deal \"%s\"", ShownText(*id).text);
}

Status not_an_object(const std::string_view* deal) noexcept {
  return Status::error(StatusCode::kInvalidArgument, "attributes%s must be a JSON object", ShownDeal(deal).text)
      .hint("Give one flat object, such as {\"industry\": \"retail\", \"amount\": 1200}, or NULL.");
}

Status not_an_attribute(std::string_view name, JsonValue value, const std::string_view* deal) noexcept {
  const char* what = value.type() == JsonToken::Type::kArray    ? "an array"
                     : value.type() == JsonToken::Type::kObject ? "an object"
                                                                : "a number out of range";
  return Status::error(StatusCode::kInvalidArgument, "attribute \"%s\"%s must be a number, a string or a boolean",
                       ShownText(name).text, ShownDeal(deal).text)
      .detail("It is %s.", what)
      .hint("Map one plain value to each attribute, or leave the attribute out.");
}

}  // namespace relinsights
