#include "mentara/contract/call_requests.h"

#include "mentara/contract/reader.h"

namespace mentara::contract {

CallMedia to_domain(const std::optional<MediaInput>& media) {
  if (!media) return {};
  return {media->audio.value, media->video.value, media->screen.value, media->hold.value};
}

template wire::Result<OfferCall, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<AnswerCall, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<SendCandidates, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<Renegotiate, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<SetMediaState, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<FinishCall, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ReportCall, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<AskIceServers, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<ListCalls, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<JoinRoom, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<LeaveRoom, Failure> decode(std::optional<wire::JsonView>, const User&);
template wire::Result<SignalInRoom, Failure> decode(std::optional<wire::JsonView>, const User&);

} // namespace mentara::contract
