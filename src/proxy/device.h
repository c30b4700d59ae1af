// Device: what kind of thing a viewer is, by its User-Agent.
//
// Source: CFH-1 (the Is-*-Viewer headers). The service does not publish its rules (U); ours are the words that the
//         makers of systems and browsers put into User-Agent:
//           Android    `Android`
//           iOS        `iPhone`, `iPad`, `iPod`
//           smart TV   the words of `television_words` in device.cc
//           tablet     `iPad`, `Tablet`, `Kindle`, `Silk/`, `PlayBook`, or `Android` without `Mobile`; no smart TV
//           mobile     `Mobi`, `iPhone`, `iPod`, `Opera Mini` and the like; so a tablet that says `Mobile` is both
//           desktop    whatever is none of the last three, programs such as curl among them
// Shape:  a pure function, linear in the text.
#pragma once

#include "base/bytes.h"

namespace gust::proxy {

struct Device {
  bool is_android = false;
  bool is_ios = false;
  bool is_smart_tv = false;
  bool is_tablet = false;
  bool is_mobile = false;
  bool is_desktop = false;
};

Device device_of(ByteView user_agent);

}  // namespace gust::proxy
