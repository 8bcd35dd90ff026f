#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.h"

namespace weir {

// What a client has shown to be allowed to.
struct HttpRights {
  bool read = false;   // ask queries
  bool write = false;  // post events
  bool admin = false;  // change tables by queries
  bool any() const { return read || write || admin; }
};

// The secrets of the roles; an empty one is nobody's.
struct HttpTokens {
  std::string read, write, admin;

  // Without any secret everybody may do everything.
  bool open() const { return read.empty() && write.empty() && admin.empty(); }
  HttpRights RightsOf(std::string_view authorization) const;
};

// What a request asks for.
struct HttpRoute {
  enum class To { kEvents, kQuery, kLive, kReady, kVersion, kNowhere };
  To to = To::kNowhere;
  size_t path = 0;                   // kEvents: which of the paths
  bool lines = false;                // the body holds a record a line, whatever the codec
  bool may_change = false;           // kQuery
  std::optional<std::string> query;  // kQuery: from the target; else it is the body
  HttpAnswer refusal;                // kNowhere
};

// `request` may be without its body. `paths`: where events are posted.
HttpRoute RouteHttp(const HttpRequest& request, const std::vector<std::string>& paths,
                    const HttpTokens& tokens);

// `%41` and `+` as in forms; nothing if it is malformed.
std::optional<std::string> DecodeUrlText(std::string_view text);

}  // namespace weir
