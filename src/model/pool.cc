#include "model/pool.h"

namespace model {

std::string to_string(const Pool& pool) {
  std::string text = pool.type.str() + "/" + pool.zone.str();
  if (pool.product != kLinux) text += "/" + pool.product;
  return text;
}

}  // namespace model
