#include "core/base/shown_text.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/sparkline.h"
#include "core/base/status.h"
#include "core/record/record_key.h"

namespace relinsights {
namespace {

// Whether every character of a text is whole.
bool whole(std::string_view utf8) {
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<uint8_t>(utf8[i++]);
    size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if ((lead & 0xc0) == 0x80) return false;
    for (; more > 0; --more, ++i) {
      if (i == utf8.size() || (static_cast<uint8_t>(utf8[i]) & 0xc0) != 0x80) return false;
    }
  }
  return true;
}

TEST(ShownText, CutsBetweenCharacters) {
  for (const char* character : {"a", "é", "한", "😀"}) {
    for (size_t before = 0; before < 4; ++before) {
      std::string text(before, 'x');
      while (text.size() < 300) text += character;
      for (size_t most = 0; most <= text.size(); ++most) {
        const size_t size = clipped(text, most);
        EXPECT_LE(size, most);
        EXPECT_GT(size + 4, most);
        EXPECT_TRUE(whole(std::string_view(text).substr(0, size)));
      }
      const std::string shown = ShownText(text).text;
      EXPECT_TRUE(whole(shown)) << shown;
      EXPECT_TRUE(shown.ends_with("...")) << shown;
    }
  }
}

TEST(ShownText, IsCutBetweenCharacters) {
  std::string name = "x";
  for (int i = 0; i < 60; ++i) name += "\xc3\xa4";
  std::string shown = ShownText(name).text;
  ASSERT_LT(shown.size(), sizeof(ShownText::text));
  EXPECT_EQ(shown.substr(shown.size() - 3), "...");
  EXPECT_EQ(shown.substr(0, shown.size() - 3), name.substr(0, shown.size() - 3));
  EXPECT_EQ(shown.size() % 2, 0u);  // the first byte, whole characters and three dots
}

TEST(ShownText, ShortTextsStay) {
  EXPECT_STREQ(ShownText("").text, "");
  EXPECT_STREQ(ShownText("거래처").text, "거래처");
  const std::string longest(71, 'a');
  EXPECT_EQ(ShownText(longest).text, longest);
  EXPECT_EQ(ShownText(longest + "a").text, std::string(68, 'a') + "...");
}

TEST(ShownText, NoTextEndsInsideACharacterAnywhere) {
  for (size_t before = 0; before < 4; ++before) {
    std::string text(before, 'x');
    while (text.size() < 300) text += "판";
    const Status status =
        Status::error(StatusCode::kInternal, "%s", text.c_str()).detail("%s", text.c_str()).hint("%s", text.c_str());
    for (std::string_view part : {status.message(), status.detail_text(), status.hint_text()}) {
      EXPECT_TRUE(whole(part)) << part;
      EXPECT_GE(part.size(), 197u);
    }
  }
}

TEST(ShownText, BytesThatAreNoTextAreCutAllTheSame) {
  const std::string bytes(300, '\x80');
  EXPECT_EQ(clipped(bytes, 10), 10u);
  EXPECT_EQ(ShownText(bytes).text, std::string(68, '\x80') + "...");
}

TEST(Sparkline, EvenOneAmongThousandsIsToldFromNone) {
  EXPECT_EQ(spark_level(0, 1), 0u);
  EXPECT_EQ(spark_level(1, 1e9), 1u);
  for (int greatest = 1; greatest < 200; ++greatest) {
    for (int value = 0; value <= greatest; ++value)
      ASSERT_EQ(spark_level(value, greatest), static_cast<size_t>((value * 7 + greatest - 1) / greatest));
  }
}

TEST(RecordKey, AnIdIsReadAsItIsWrittenAndInNoOtherWay) {
  FixedKey key;
  KeyTextBuffer buffer;
  for (const char* id : {"0", "-1", "42", "9223372036854775807", "-9223372036854775808"}) {
    const size_t size = key_of_text(IdType::kInteger, id, key);
    ASSERT_EQ(size, kIntegerKey) << id;
    EXPECT_EQ(text_of_key(IdType::kInteger, {key.data(), size}, buffer), id);
  }
  for (const char* id : {"", "+1", "01", "-0", " 1", "1 ", "1x", "9223372036854775808"})
    EXPECT_EQ(key_of_text(IdType::kInteger, id, key), 0u) << id;
  const char* uuid = "00112233-4455-6677-8899-aabbccddeeff";
  ASSERT_EQ(key_of_text(IdType::kUuid, uuid, key), kUuidKey);
  EXPECT_EQ(text_of_key(IdType::kUuid, {key.data(), kUuidKey}, buffer), uuid);
  for (const char* id : {"", "00112233-4455-6677-8899-AABBCCDDEEFF", "00112233445566778899aabbccddeeff",
                         "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeff0",
                         "0011223-34455-6677-8899-aabbccddeeff"})
    EXPECT_EQ(key_of_text(IdType::kUuid, id, key), 0u) << id;
}

}  // namespace
}  // namespace relinsights
