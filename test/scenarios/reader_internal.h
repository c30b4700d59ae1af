// What the readers of the statements share.
#pragma once

#include <span>

#include "scenarios/scenario.h"
#include "scenarios/words_internal.h"

namespace gust::scenarios {

// A statement is its line at the margin and the indented lines below.
using Below = std::span<const Line>;

// Takes one part of a message if one stands here; false when something else does.
Read<bool> read_message_part(Words& words, MessageWords& into);
// The rest of the line is parts of a message.
Read<void> read_message(Words& words, MessageWords& into);
// For what is sent: it may not say what must or must not be there.
bool says_what_is_there_only(const MessageWords& message);
Read<int> read_status(Words& words);

Read<Statement> read_origin(const Line& head, Below below);

}  // namespace gust::scenarios
