// The words every KPI is made of: kinds, directions, sides and types of record, with the labels that SQL has for them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/checked.h"
#include "core/base/time.h"

namespace relinsights {

enum class Kind : uint8_t { kEmail, kMeeting, kPhoneCall, kTask, kOther };
// Inbound sorts first where times are equal. Unknown (in SQL: NULL) is neither side's: nobody knows who initiated it.
enum class Direction : uint8_t { kInbound, kOutbound, kUnknown };
enum class Side : uint8_t { kUs, kThem };
enum class RecordType : uint8_t { kAccount, kContact, kOpportunity, kLead };

inline constexpr size_t kKinds = 5;
inline constexpr size_t kDirections = 2;  // the known ones
inline constexpr size_t kDirectionsAndUnknown = 3;
inline constexpr size_t kSides = 2;
inline constexpr size_t kRecordTypes = 4;

// The labels of the SQL enums, in the order of the enumerators above.
inline constexpr const char* kKindLabels[kKinds] = {"email", "meeting", "phone_call", "task", "other"};
inline constexpr const char* kDirectionLabels[kDirections] = {"inbound", "outbound"};
// In text forms, where an unknown direction has a name.
inline constexpr const char* kDirectionNames[kDirectionsAndUnknown] = {"inbound", "outbound", "unknown"};
inline constexpr const char* kSideLabels[kSides] = {"us", "them"};
inline constexpr const char* kRecordTypeLabels[kRecordTypes] = {"account", "contact", "opportunity", "lead"};

constexpr size_t index(Kind k) { return static_cast<size_t>(k); }
constexpr size_t index(Direction d) { return static_cast<size_t>(d); }
constexpr size_t index(Side s) { return static_cast<size_t>(s); }
constexpr size_t index(RecordType t) { return static_cast<size_t>(t); }

constexpr Direction initiated_by(Side s) { return s == Side::kUs ? Direction::kOutbound : Direction::kInbound; }
// Of a known direction.
constexpr Side initiator(Direction d) { return d == Direction::kOutbound ? Side::kUs : Side::kThem; }
constexpr Side other(Side s) { return s == Side::kUs ? Side::kThem : Side::kUs; }

}  // namespace relinsights
