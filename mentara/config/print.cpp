#include "mentara/config/print.h"

#include "mentara/config/option.h"
#include "mentara/config/rules.h"

namespace mentara {

std::string print_config(const LoadedConfig& loaded) {
  std::string out;
  std::string_view section;
  for (std::size_t i = 0; i < options().size(); ++i) {
    const Option& option = options()[i];
    const std::size_t dot = option.key.find('.');
    const std::string_view own_section = dot == option.key.npos ? std::string_view() : option.key.substr(0, dot);
    if (own_section != section) {
      section = own_section;
      out.append("\n[").append(section).append("]\n");
    }
    out.append("# ").append(option.help).append("\n# ").append(option.value.allowed);
    out.append(" | ").append(environment_name(option));
    if (!option.flag.empty()) out.append(" | ").append(option.flag);
    out += '\n';
    const std::string_view name = option.key.substr(dot == option.key.npos ? 0 : dot + 1);
    if (option.secret) {
      const bool set = loaded.origins[i] != "default";
      out.append("# ").append(name).append(set ? " = (hidden)" : " is not set");
    } else {
      out.append(name).append(" = ").append(option.value.to_toml(loaded.config));
    }
    out.append(" # ").append(loaded.origins[i]).append("\n");
  }
  return out + print_rules(loaded.config.notifications.rules);
}

} // namespace mentara
