#include "proxy/device.h"

#include <algorithm>
#include <array>

namespace gust::proxy {
namespace {

constexpr std::array<ByteView, 17> television_words = {
    "SmartTV", "SMART-TV", "Smart-TV", "Smart TV", "AppleTV", "Apple TV", "GoogleTV", "Android TV", "HbbTV",
    "Web0S",   "NetCast",  "BRAVIA",   "VIERA",    "VIDAA",   "Roku",     "CrKey",    "; AFT"};
constexpr std::array<ByteView, 5> tablet_words = {"iPad", "Tablet", "Kindle", "Silk/", "PlayBook"};
constexpr std::array<ByteView, 7> mobile_words = {"Mobi",       "iPhone",   "iPod",         "Opera Mini",
                                                  "BlackBerry", "IEMobile", "Windows Phone"};

bool has(ByteView text, ByteView word) { return text.find(word) != ByteView::npos; }

template <typename Words>
bool has_any(ByteView text, const Words& words) {
  return std::ranges::any_of(words, [&](ByteView word) { return has(text, word); });
}

}  // namespace

Device device_of(ByteView user_agent) {
  Device device;
  device.is_android = has(user_agent, "Android");
  device.is_ios = has(user_agent, "iPhone") || has(user_agent, "iPad") || has(user_agent, "iPod");
  device.is_smart_tv = has_any(user_agent, television_words);
  const bool says_mobile = has_any(user_agent, mobile_words);
  if (!device.is_smart_tv) {
    device.is_tablet = has_any(user_agent, tablet_words) || (device.is_android && !says_mobile);
    device.is_mobile = says_mobile;
  }
  device.is_desktop = !device.is_smart_tv && !device.is_tablet && !device.is_mobile;
  return device;
}

}  // namespace gust::proxy
