// A range that can be satisfied lies within the representation; Content-Range reads back what it writes; parts ascend
// and the frames around them are as long as they say.
#include "http/byteranges.h"
#include "http/conditional.h"
#include "http/fuzz_internal.h"
#include "http/range.h"

using namespace gust;
using namespace gust::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in = view_of(data, size);
  if (const auto specs = read_range(in)) {
    for (const ByteCount complete : {ByteCount{0}, ByteCount{1}, ByteCount{1000}, ByteCount{1} << 62}) {
      for (const RangeSpec& spec : *specs) {
        const auto range = satisfy(spec, complete);
        if (!range) continue;
        expect(range->bytes > 0 && range->bytes <= complete && range->offset <= complete - range->bytes);
        const auto back = read_content_range(content_range_of(*range, complete));
        expect(back && back->range == *range && back->complete == complete);
      }
    }
  }
  for (const ByteCount complete : {ByteCount{0}, ByteCount{10}, ByteCount{1} << 62}) {
    const PartsChoice choice = choose_parts(in, complete, size % 2 == 0);
    expect((choice.kind == PartsChoice::partial) == !choice.parts.empty());
    expect(are_ascending(choice.parts));
    ByteCount bytes = 0;
    for (const ByteRange& part : choice.parts) bytes += part.bytes;
    expect(bytes <= complete);
    const Byteranges made = make_byteranges(choice.parts, complete, "a/b", "boundary");
    for (const std::string& frame : made.frames) bytes += frame.size();
    expect(made.content_bytes == bytes && made.frames.size() == choice.parts.size() + 1);
  }
  static_cast<void>(read_content_range(in));

  Fields fields;
  fields.add(Name::if_none_match, in);
  fields.add(Name::if_range, in);
  const Validators stored{.exists = true, .tag = read_entity_tag("\"a\""), .last_modified = WallTime{}, .date = {}};
  evaluate_preconditions(Method::get, fields, stored);
  range_applies(fields, stored);
  return 0;
}
