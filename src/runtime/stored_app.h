#pragma once

#include <string>
#include <string_view>

#include "runtime/app_impl.h"
#include "state/file_system.h"
#include "state/sealing.h"
#include "weir/state.h"

namespace weir {

// The file `app` of a state directory, docs/formats/app.md: what is needed to compile it again.
//
//   weir app 1                  the version of what follows
//   sum 0123456789abcdef        of all bytes behind this line
//   clock event                 or `wall`
//   playback                    as --playback
//   optimizer off
//   time Trades=ts              as --time
//   stream stdin                a stream that is not in the text, and
//   attribute string* name      its attributes; * takes any scalar; \n and \\ in names
//   text 1234                   so many bytes follow: the app's text
//
// Where the state is sealed there is only `weir app 1 sealed KEY`, then the file above, sealed.
inline constexpr std::string_view kStoredAppName = "app";

std::string EncodeStoredApp(const App::Impl& app);
Result<StoredApp> DecodeStoredApp(std::string_view bytes, const std::string& path);

// Replaces the file unless it says the same already; `sealing` may be null.
Status PublishStoredApp(FileSystem* fs, const std::string& directory, const std::string& bytes,
                        Sealing* sealing);
// The bytes as they were given; kNotFound if there is no such file.
Result<std::string> ReadStoredAppBytes(FileSystem* fs, const std::string& directory,
                                       const Sealing* sealing);

}  // namespace weir
