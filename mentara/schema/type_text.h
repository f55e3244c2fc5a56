#pragma once

#include <string>
#include <string_view>

#include "mentara/schema/type.h"

namespace mentara::schema {

// How a document for people writes code and refers to a type.
struct TypeWords {
  std::string (*code)(std::string_view text);
  std::string (*link)(const Type& type);
};

// "text, 1–128 characters", "list of [Attachment](#attachment), at most 10"
std::string type_text(const Type& type, const TypeWords& words);

} // namespace mentara::schema
