#include "mentara/contract/messaging_requests.h"

#include "mentara/contract/reader.h"

namespace mentara::contract {

std::vector<Attachment> to_domain(const std::vector<AttachmentInput>& attachments) {
  std::vector<Attachment> out;
  out.reserve(attachments.size());
  for (const AttachmentInput& from : attachments) {
    out.push_back({from.url.value, from.name.value, from.size.value, from.mimeType.value});
  }
  return out;
}

std::optional<Failure> validate(const SendMessage& request) {
  if (!request.content.value.empty() || !request.attachments.value.empty()) return std::nullopt;
  return invalid("content", "must have at least 1 character, unless there are attachments");
}

std::optional<Failure> validate(const ReadMessages& request) {
  if (request.messageId) return std::nullopt;
  if (!request.conversationId) return invalid("conversationId", "is required, unless there is a messageId");
  if (!request.seq) return invalid("seq", "is required, unless there is a messageId");
  return std::nullopt;
}

std::optional<Failure> validate(const ReadHistory& request) {
  constexpr const char* rule = "cannot stand beside another one of beforeSeq, afterSeq and aroundSeq";
  if (request.aroundSeq && (request.beforeSeq || request.afterSeq)) return invalid("aroundSeq", rule);
  if (request.afterSeq && request.beforeSeq) return invalid("afterSeq", rule);
  return std::nullopt;
}

template wire::Result<SendMessage, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<EditMessage, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<WhichMessage, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<React, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ReadMessages, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ConfirmDelivery, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ConfirmCursor, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<WhichConversation, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<CreateConversation, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<UpdateConversation, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<MuteConversation, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<SetForOneself, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<AddParticipant, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<RemoveParticipant, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<SetRole, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<BlockUser, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<UnblockUser, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ChangeSettings, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<SearchMessages, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ListConversations, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ReadHistory, Failure> decode(std::optional<wire::JsonView>, const User&);

} // namespace mentara::contract
