#include "mentara/contract/messaging_acks.h"

#include "mentara/contract/writer.h"

namespace mentara::contract {

void append_json(std::string& out, const PlainAck& ack) { write(out, ack); }
void append_json(std::string& out, const MessageAck& ack) { write(out, ack); }
void append_json(std::string& out, const ReadAck& ack) { write(out, ack); }
void append_json(std::string& out, const CreatedAck& ack) { write(out, ack); }
void append_json(std::string& out, const EditsAck& ack) { write(out, ack); }
void append_json(std::string& out, const ReactionsAck& ack) { write(out, ack); }
void append_json(std::string& out, const ConversationAck& ack) { write(out, ack); }
void append_json(std::string& out, const SettingsAck& ack) { write(out, ack); }
void append_json(std::string& out, const ParticipantAck& ack) { write(out, ack); }
void append_json(std::string& out, const ConversationsAck& ack) { write(out, ack); }
void append_json(std::string& out, const SearchAck& ack) { write(out, ack); }
void append_json(std::string& out, const HistoryAck& ack) { write(out, ack); }

} // namespace mentara::contract
