// Explain words: a decision record as text for people.
//
// Source: docs/guide/explain.md shows the record's JSON.
// Shape:  a pure function of the JSON. Members that it does not know are passed over, so that newer nodes can be asked.
#pragma once

#include <string>
#include <string_view>

namespace gust::app {

// `record` is one JSON object, as nodes tell it. What is no record gives one line that says so.
std::string words_of_record(std::string_view record);

}  // namespace gust::app
