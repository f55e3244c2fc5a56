#include "mentara/contract/messaging_news.h"

#include "mentara/contract/writer.h"

namespace mentara::contract {

void append_json(std::string& out, const MessageSent& sent) { write(out, sent); }
void append_json(std::string& out, const MessageDeleted& deleted) { write(out, deleted); }
void append_json(std::string& out, const ReactionsChanged& changed) { write(out, changed); }
void append_json(std::string& out, const MessageRead& read) { write(out, read); }
void append_json(std::string& out, const MessageDelivered& delivered) { write(out, delivered); }
void append_json(std::string& out, const ConversationCreated& created) { write(out, created); }
void append_json(std::string& out, const ConversationUpdated& updated) { write(out, updated); }
void append_json(std::string& out, const ParticipantChanged& changed) { write(out, changed); }
void append_json(std::string& out, const SettingsChanged& changed) { write(out, changed); }
void append_json(std::string& out, const UnreadChanged& changed) { write(out, changed); }
void append_json(std::string& out, const TypingChanged& changed) { write(out, changed); }
void append_json(std::string& out, const ViewingChanged& changed) { write(out, changed); }

} // namespace mentara::contract
