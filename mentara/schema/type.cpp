#include "mentara/schema/type.h"

namespace mentara::schema {

const Type* named_part(const Type& type) {
  if (!type.name.empty()) return &type;
  return type.element ? named_part(*type.element) : nullptr;
}

} // namespace mentara::schema
