// Makes the tokens the core reads (core/base/json.h) out of JSON text, as PostgreSQL's parser hands them over: a key of
// an object as often as it is written. Strings are taken as bytes, whatever their encoding.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace relinsights::fuzz {

class JsonTokens {
 public:
  enum class Keys { kAsWritten, kOnce };
  explicit JsonTokens(std::string_view text, Keys keys = Keys::kAsWritten) : rest_(text), keys_(keys) {
    good_ = value(0);
    space();
    good_ = good_ && rest_.empty();
  }
  JsonTokens(const JsonTokens&) = delete;

  bool good() const { return good_; }
  JsonValue value() const { return {tokens_.data(), 0}; }

 private:
  using Type = JsonToken::Type;
  static constexpr int kDeepest = 32;

  void space() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\t' || rest_[0] == '\r'))
      rest_.remove_prefix(1);
  }
  bool take(char c) {
    space();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view name, Type type) {
    if (!rest_.starts_with(name)) return false;
    rest_.remove_prefix(name.size());
    tokens_.push_back({type, 0, {}});
    return true;
  }

  bool value(int depth) {
    space();
    if (rest_.empty() || depth > kDeepest) return false;
    switch (rest_[0]) {
      case '{':
      case '[':
        return container(depth);
      case '"':
        return string(Type::kString);
      case 't':
        return word("true", Type::kTrue);
      case 'f':
        return word("false", Type::kFalse);
      case 'n':
        return word("null", Type::kNull);
      default:
        return number();
    }
  }

  bool container(int depth) {
    bool object = take('{');
    if (!object) take('[');
    const char close = object ? '}' : ']';
    size_t at = tokens_.size();
    tokens_.push_back({object ? Type::kObject : Type::kArray, 0, {}});
    std::set<std::string_view> known;
    for (bool first = true; !take(close); first = false) {
      if (!first && !take(',')) return false;
      space();
      if (object && (!string(Type::kKey) || !take(':'))) return false;
      if (object && keys_ == Keys::kOnce && !known.insert(tokens_.back().text).second) return false;
      if (!value(depth + 1)) return false;
    }
    tokens_[at].end = static_cast<uint32_t>(tokens_.size());
    tokens_.push_back({Type::kEnd, 0, {}});
    return true;
  }

  size_t digits(size_t from) const {
    size_t at = from;
    while (at < rest_.size() && rest_[at] >= '0' && rest_[at] <= '9') ++at;
    return at - from;
  }
  bool number() {
    size_t at = rest_[0] == '-' ? 1 : 0, count = digits(at);
    if (count == 0 || (count > 1 && rest_[at] == '0')) return false;
    at += count;
    if (at < rest_.size() && rest_[at] == '.') {
      if ((count = digits(at + 1)) == 0) return false;
      at += 1 + count;
    }
    if (at < rest_.size() && (rest_[at] == 'e' || rest_[at] == 'E')) {
      ++at;
      if (at < rest_.size() && (rest_[at] == '-' || rest_[at] == '+')) ++at;
      if ((count = digits(at)) == 0) return false;
      at += count;
    }
    tokens_.push_back({Type::kNumber, 0, strings_.emplace_back(rest_.substr(0, at))});
    rest_.remove_prefix(at);
    return true;
  }

  bool string(Type type) {
    if (rest_.empty() || rest_[0] != '"') return false;
    std::string& text = strings_.emplace_back();
    for (size_t at = 1; at < rest_.size(); ++at) {
      char c = rest_[at];
      if (c == '"') {
        rest_.remove_prefix(at + 1);
        tokens_.push_back({type, 0, text});
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        text.push_back(c);
      } else if (++at < rest_.size() && rest_[at] == 'u') {
        if (!code_point(rest_.substr(std::min(at + 1, rest_.size()), 4), text)) return false;
        at += 4;
      } else {
        constexpr std::string_view kShort = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
        size_t which = at < rest_.size() ? kShort.find(rest_[at]) : kShort.npos;
        if (which == kShort.npos) return false;
        text.push_back(kMeant[which]);
      }
    }
    return false;
  }
  static bool code_point(std::string_view hex, std::string& text) {
    unsigned code = 0;
    for (char c : hex) {
      size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
      if (digit == std::string_view::npos) return false;
      code = code << 4 | static_cast<unsigned>(digit);
    }
    if (hex.size() != 4) return false;
    if (code < 0x80) {
      text.push_back(static_cast<char>(code));
      return true;
    }
    if (code >= 0x800) text.push_back(static_cast<char>(0xe0 | code >> 12));
    text.push_back(static_cast<char>(code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6));
    text.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    return true;
  }

  std::string_view rest_;
  Keys keys_;
  std::vector<JsonToken> tokens_;
  std::deque<std::string> strings_;
  bool good_ = false;
};

}  // namespace relinsights::fuzz
