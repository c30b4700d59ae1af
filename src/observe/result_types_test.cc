#include "observe/result_types.h"

#include <gtest/gtest.h>

#include "observe/decision.h"

namespace gust::observe {
namespace {

struct Row {
  const char* story;
  ResultType served;
  std::uint16_t status;
  const char* failure;
  bool broke_off;
  bool viewer_left;
  const char* response;
  const char* final;
  const char* detailed;
};

constexpr Row rows[] = {
    {"fresh in the cache", ResultType::hit, 200, "", false, false, "Hit", "Hit", "Hit"},
    {"a part of it", ResultType::hit, 206, "", false, false, "Hit", "Hit", "Hit"},
    {"answered 304 from the cache", ResultType::hit, 304, "", false, false, "Hit", "Hit", "Hit"},
    {"confirmed by the origin, or served stale", ResultType::refresh_hit, 200, "", false, false, "RefreshHit",
     "RefreshHit", "RefreshHit"},
    {"fetched", ResultType::miss, 200, "", false, false, "Miss", "Miss", "Miss"},
    {"to https", ResultType::redirect, 301, "", false, false, "Redirect", "Redirect", "Redirect"},
    {"the origin's 404", ResultType::miss, 404, "", false, false, "Error", "Error", "Error"},
    {"a stored 404", ResultType::hit, 404, "", false, false, "Error", "Error", "Error"},
    {"an error page with another code (CER-6)", ResultType::error, 200, "", false, false, "Error", "Error", "Error"},
    {"a range that cannot be satisfied", ResultType::hit, 416, "", false, false, "Error", "Error", "Error"},
    {"unknown host", ResultType::error, 403, "InvalidRequest", false, false, "Error", "Error", "InvalidRequest"},
    {"https only", ResultType::error, 403, "InvalidRequestBlocked", false, false, "Error", "Error",
     "InvalidRequestBlocked"},
    {"a method that is not allowed", ResultType::error, 403, "InvalidRequestMethod", false, false, "Error", "Error",
     "InvalidRequestMethod"},
    {"no connection to the origin", ResultType::error, 502, "OriginConnectError", false, false, "Error", "Error",
     "OriginConnectError"},
    {"no address of the origin", ResultType::error, 502, "OriginDnsError", false, false, "Error", "Error",
     "OriginDnsError"},
    {"the origin does not answer", ResultType::error, 504, "OriginCommError", false, false, "Error", "Error",
     "OriginCommError"},
    {"the origin's answer cannot be read", ResultType::error, 502, "OriginInvalidResponseError", false, false, "Error",
     "Error", "OriginInvalidResponseError"},
    {"the origin's head is too large", ResultType::error, 502, "OriginHeaderTooBigError", false, false, "Error",
     "Error", "OriginHeaderTooBigError"},
    {"the origin closes in the middle of its head", ResultType::error, 502, "OriginReadError", false, false, "Error",
     "Error", "OriginReadError"},
    {"the origin does not take the request", ResultType::error, 502, "OriginWriteError", false, false, "Error", "Error",
     "OriginWriteError"},
    {"the asking was cancelled", ResultType::error, 502, "AbortedOrigin", false, false, "Error", "Error",
     "AbortedOrigin"},
    {"the request's body breaks off", ResultType::error, 400, "ClientCommError", false, false, "Error", "Error",
     "ClientCommError"},
    {"a request that cannot be made", ResultType::error, 500, "Error", false, false, "Error", "Error", "Error"},
    {"this node's queue for the origin is full", ResultType::error, 503, "CapacityExceeded", false, false,
     "CapacityExceeded", "CapacityExceeded", "CapacityExceeded"},
    {"the viewer leaves a hit", ResultType::hit, 200, "", true, true, "Hit", "Error", "ClientCommError"},
    {"the viewer leaves a miss", ResultType::miss, 200, "", true, true, "Miss", "Error", "ClientCommError"},
    {"the origin's body breaks off", ResultType::miss, 200, "OriginReadError", true, false, "Miss", "Error",
     "OriginReadError"},
    {"the answer could not be sent", ResultType::miss, 200, "", true, false, "Miss", "Error", "Error"},
    {"too many requests", ResultType::limit_exceeded, 503, "", false, false, "LimitExceeded", "LimitExceeded",
     "LimitExceeded"},
    {"no room left", ResultType::capacity_exceeded, 503, "", false, false, "CapacityExceeded", "CapacityExceeded",
     "CapacityExceeded"},
};

TEST(ResultTypes, Log5Log6EveryWayOfServingHasItsWords) {
  for (const Row& row : rows) {
    Decision decision;
    decision.served = row.served;
    decision.status = row.status;
    decision.failure = row.failure;
    decision.broke_off = row.broke_off;
    decision.viewer_left = row.viewer_left;
    const ResultTypes types = result_types_of(decision);
    EXPECT_EQ(text_of(types.response), row.response) << row.story;
    EXPECT_EQ(text_of(types.final), row.final) << row.story;
    EXPECT_EQ(types.detailed, row.detailed) << row.story;
  }
}

}  // namespace
}  // namespace gust::observe
