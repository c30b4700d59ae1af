// Result types: the words of the standard log for how a request was served.
//
// Source: CLOUDFRONT.md LOG-5, LOG-6; CER-6 and HDR-6 for errors.
// Shape:  a pure function of the Decision. Nothing else in the program decides these words.
#pragma once

#include "base/bytes.h"
#include "observe/access_record.h"

namespace gust::observe {

struct Decision;

struct ResultTypes {
  ResultType response = ResultType::miss;  // x-edge-response-result-type: before the answer was sent
  ResultType final = ResultType::miss;     // x-edge-result-type: after its last byte
  ByteView detailed;                       // x-edge-detailed-result-type; never empty
};

ResultTypes result_types_of(const Decision& decision);

}  // namespace gust::observe
