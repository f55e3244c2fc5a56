#pragma once

#include <boost/describe/bases.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>

// How the descriptions of payloads are walked. Included only by the .cpp files that do so: it is slow to compile.
namespace mentara::contract {

template <class T>
concept DescribedStruct = boost::describe::has_describe_members<T>::value;

template <class T>
concept DescribedEnum = boost::describe::has_describe_enumerators<T>::value;

// Those of its bases first.
template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

} // namespace mentara::contract
