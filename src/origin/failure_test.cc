#include "origin/failure.h"

#include <gtest/gtest.h>

namespace gust::origin {
namespace {

struct Row {
  Errc code;
  FetchPhase phase;
  int status;
  std::string_view detail;
  int failover;
};

TEST(OriginFailure, Log6And163AndFail3) {
  using enum FetchPhase;
  const Row rows[] = {
      {Errc::name_not_found, resolve, 502, "OriginDnsError", 503},
      {Errc::timed_out, resolve, 502, "OriginDnsError", 503},
      {Errc::refused, connect, 502, "OriginConnectError", 503},
      {Errc::unreachable, connect, 504, "OriginConnectError", 503},
      {Errc::access_denied, connect, 502, "OriginConnectError", 503},
      {Errc::timed_out, connect, 504, "OriginConnectError", 504},
      {Errc::reset, send, 502, "OriginWriteError", 502},
      {Errc::timed_out, head, 504, "OriginCommError", 504},
      {Errc::closed, head, 502, "OriginReadError", 502},
      {Errc::reset, head, 502, "OriginReadError", 502},
      {Errc::head_too_large, head, 502, "OriginHeaderTooBigError", 502},
      {Errc::bad_status_line, head, 502, "OriginInvalidResponseError", 502},
      {Errc::bad_framing, head, 502, "OriginInvalidResponseError", 502},
      {Errc::bad_chunk, body, 502, "OriginInvalidResponseError", 502},
      {Errc::short_body, body, 502, "OriginReadError", 502},
      {Errc::timed_out, body, 504, "OriginCommError", 504},
      {Errc::would_exceed_limit, head, 502, "OriginInvalidResponseError", 502},
      {Errc::cancelled, head, 502, "AbortedOrigin", 0},
      {Errc::bug, head, 500, "Error", 0},
  };
  for (const Row& row : rows) {
    const OriginFailure failure = failure_of({.code = row.code, .side = Side::origin, .text = ""}, row.phase);
    EXPECT_EQ(failure.status, row.status) << name_of(row.code);
    EXPECT_EQ(failure.log_detail, row.detail) << name_of(row.code);
    EXPECT_EQ(failure.failover_status, row.failover) << name_of(row.code);
  }
}

TEST(OriginFailure, WhatIsFullHereIsNotTheOriginsTrouble) {
  const OriginFailure failure =
      failure_of({.code = Errc::would_exceed_limit, .side = Side::own, .text = ""}, FetchPhase::queue);
  EXPECT_EQ(failure.status, 503);
  EXPECT_EQ(failure.log_detail, "CapacityExceeded");
  EXPECT_EQ(failure.failover_status, 0);
}

TEST(OriginFailure, WithoutAKeyToSignWithAnotherMemberMayBeAsked) {
  const OriginFailure failure =
      failure_of({.code = Errc::access_denied, .side = Side::own, .text = ""}, FetchPhase::queue);
  EXPECT_EQ(failure.status, 502);
  EXPECT_EQ(failure.log_detail, "OriginError");
  EXPECT_EQ(failure.failover_status, 502);
}

TEST(OriginFailure, ARequestThatCouldNotBeWrittenIsOurMistake) {
  for (const Errc code : {Errc::bad_field, Errc::bad_host, Errc::bad_target}) {
    EXPECT_EQ(failure_of({.code = code, .side = Side::own, .text = ""}, FetchPhase::send).status, 500);
  }
}

TEST(OriginFailure, ABrokenViewerBodyIsTheViewersTrouble) {
  const OriginFailure failure =
      failure_of({.code = Errc::short_body, .side = Side::viewer, .text = ""}, FetchPhase::send);
  EXPECT_EQ(failure.status, 400);
  EXPECT_EQ(failure.log_detail, "ClientCommError");
  EXPECT_EQ(failure_of({.code = Errc::bad_chunk, .side = Side::viewer, .text = ""}, FetchPhase::send).status, 400);
}

}  // namespace
}  // namespace gust::origin
