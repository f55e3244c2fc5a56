#include "mentara/storage/known_members.h"

#include <utility>

namespace mentara::storage {

std::optional<MemberIds> KnownMembers::ids(ConversationKey conversation) const {
  const auto found = ids_.find(conversation);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

void KnownMembers::learn_ids(ConversationKey conversation, MemberIds ids) {
  if (ids_count_ + ids->size() > ids_max) {
    ids_.clear();
    ids_count_ = 0;
  }
  const std::size_t size = ids->size();
  if (ids_.try_emplace(conversation, std::move(ids)).second) ids_count_ += size;
}

std::optional<Membership> KnownMembers::find(const ConversationId& conversation, const UserId& user) const {
  const auto key = keys_.find(conversation);
  if (key == keys_.end()) return std::nullopt;
  const Conversation& known = conversations_.at(key->second);
  const auto member = known.members.find(user);
  if (member == known.members.end()) return std::nullopt;
  std::optional<Membership> found(member->second.membership);
  found->last_seq = known.last_seq;
  found->activity = known.activity;
  return found;
}

KnownMembers::Known* KnownMembers::find(const Membership& member) {
  const auto conversation = conversations_.find(member.conversation_key);
  if (conversation == conversations_.end()) return nullptr;
  const auto found = conversation->second.members.find(member.user.id);
  return found == conversation->second.members.end() ? nullptr : &found->second;
}

void KnownMembers::learn(const Membership& member) {
  if (memberships_count_ == memberships_max) forget_memberships();
  keys_.try_emplace(member.conversation_id, member.conversation_key);
  Conversation& conversation = conversations_[member.conversation_key];
  conversation.last_seq = member.last_seq;
  conversation.activity = member.activity;
  if (conversation.members.insert_or_assign(member.user.id, Known{member}).second) ++memberships_count_;
}

std::optional<std::vector<UserId>> KnownMembers::blocks(const Membership& member) {
  const Known* known = find(member);
  return known ? known->blocks : std::nullopt;
}

void KnownMembers::learn_blocks(const Membership& member, std::vector<UserId> users) {
  if (Known* known = find(member)) known->blocks = std::move(users);
}

void KnownMembers::advance(const Membership& sender, std::int64_t last_seq, Position activity) {
  const auto found = conversations_.find(sender.conversation_key);
  if (found == conversations_.end()) return;
  found->second.last_seq = last_seq;
  found->second.activity = activity;
}

void KnownMembers::advance_read(const Membership& reader, std::int64_t seq) {
  if (Known* known = find(reader)) known->membership.read_seq = seq;
}

void KnownMembers::forget(ConversationKey conversation) {
  if (const auto ids = ids_.find(conversation); ids != ids_.end()) {
    ids_count_ -= ids->second->size();
    ids_.erase(ids);
  }
  const auto found = conversations_.find(conversation);
  if (found == conversations_.end()) return;
  memberships_count_ -= found->second.members.size();
  keys_.erase(found->second.members.begin()->second.membership.conversation_id);
  conversations_.erase(found);
}

void KnownMembers::forget_memberships() {
  keys_.clear();
  conversations_.clear();
  memberships_count_ = 0;
}

void KnownMembers::forget_all() {
  ids_.clear();
  ids_count_ = 0;
  forget_memberships();
}

} // namespace mentara::storage
