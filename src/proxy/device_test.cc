#include "proxy/device.h"

#include <gtest/gtest.h>

#include <string>

namespace gust::proxy {
namespace {

// One letter for each that holds: Android, iOS, television, tablet, mobile, desktop.
std::string kind_of(ByteView user_agent) {
  const Device device = device_of(user_agent);
  std::string kind;
  if (device.is_android) kind += 'a';
  if (device.is_ios) kind += 'i';
  if (device.is_smart_tv) kind += 'v';
  if (device.is_tablet) kind += 't';
  if (device.is_mobile) kind += 'm';
  if (device.is_desktop) kind += 'd';
  return kind;
}

TEST(Device, Cfh1TheCommonBrowsers) {
  // Desktop: Chrome on Windows, Safari on macOS, Firefox on Linux, ChromeOS.
  EXPECT_EQ(kind_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                    "Chrome/126.0.0.0 Safari/537.36"),
            "d");
  EXPECT_EQ(kind_of("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                    "Version/17.4 Safari/605.1.15"),
            "d");
  EXPECT_EQ(kind_of("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"), "d");
  EXPECT_EQ(kind_of("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"), "d");
  // Phones.
  EXPECT_EQ(kind_of("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                    "Version/17.5 Mobile/15E148 Safari/604.1"),
            "im");
  EXPECT_EQ(kind_of("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
                    "Mobile Safari/537.36"),
            "am");
  EXPECT_EQ(kind_of("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0"), "am");
}

TEST(Device, Cfh1SomeTabletsAreMobileToo) {
  EXPECT_EQ(kind_of("Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"),
            "itm");
  EXPECT_EQ(kind_of("Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"),
            "at");
  EXPECT_EQ(kind_of("Mozilla/5.0 (Android 14; Tablet; rv:127.0) Gecko/127.0 Firefox/127.0"), "at");
}

TEST(Device, Cfh1Televisions) {
  EXPECT_EQ(kind_of("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 Version/6.0 TV Safari/538.1"), "v");
  EXPECT_EQ(kind_of("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/94.0 Safari/537.36"), "v");
  EXPECT_EQ(kind_of("Mozilla/5.0 (Linux; Android 9; AFTMM Build/PS7633) AppleWebKit/537.36 Chrome/83.0 Safari/537.36"),
            "av");
  EXPECT_EQ(kind_of("Roku/DVP-9.10 (519.10E04111A)"), "v");
}

TEST(Device, Cfh1WhatIsNeitherCountsAsDesktop) {
  EXPECT_EQ(kind_of("curl/8.5.0"), "d");
  EXPECT_EQ(kind_of("DRAFT"), "d");
  EXPECT_EQ(kind_of(""), "d");
}

}  // namespace
}  // namespace gust::proxy
