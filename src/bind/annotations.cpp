#include "bind/annotations.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "base/same_text.h"

namespace weir {
namespace {

// The places as bits.
constexpr unsigned Bit(AnnotationPlace place) { return 1U << static_cast<unsigned>(place); }
constexpr unsigned kApp = Bit(AnnotationPlace::kApp);
constexpr unsigned kStream = Bit(AnnotationPlace::kStream);
constexpr unsigned kTable = Bit(AnnotationPlace::kTable);
constexpr unsigned kWindow = Bit(AnnotationPlace::kWindow);
constexpr unsigned kTrigger = Bit(AnnotationPlace::kTrigger);
constexpr unsigned kQuery = Bit(AnnotationPlace::kQuery);
constexpr unsigned kPartition = Bit(AnnotationPlace::kPartition);

struct Known {
  std::string_view name;
  unsigned places;
  std::string_view why_nothing;  // empty: it does something
};

constexpr Known kKnown[] = {
    {"name", kApp, ""},
    {"description", kApp | kStream | kTable | kWindow | kTrigger | kQuery | kPartition,
     "it is a comment"},
    {"playback", kApp, ""},
    {"snapshot", kApp, ""},
    {"lateness", kApp, ""},
    {"statistics", kApp, "weir keeps no such metrics"},
    {"enforceOrder", kApp, "rows are always in order"},
    {"transportChannelCreationEnabled", kApp, "weir makes no transport channels"},
    {"async", kStream, "rows are taken in batches anyway, and their order is kept"},
    {"OnError", kStream | kTable, ""},
    {"source", kStream, ""},
    {"sink", kStream, ""},
    {"timestamp", kStream, ""},
    {"primaryKey", kTable, ""},
    {"index", kTable, ""},
    {"store", kTable, ""},
    {"info", kQuery | kPartition, ""},
    {"synchronized", kQuery | kPartition, "the queries of an app never run at the same time"},
    {"dist", kQuery | kPartition, "an app is one process"},
    {"purge", kPartition, ""},
};

std::string_view PlaceName(AnnotationPlace place) {
  static constexpr std::string_view kNames[] = {"an app",    "a stream", "a table",    "a window",
                                                "a trigger", "a query",  "a partition"};
  return kNames[static_cast<size_t>(place)];
}

}  // namespace

void WarnAboutAnnotation(const ast::Annotation& annotation, AnnotationPlace place,
                         BindContext& context) {
  const std::string prefix = place == AnnotationPlace::kApp ? "@app:" : "@";
  const std::string shown = prefix + annotation.name.text;
  std::vector<std::string> names;
  for (const Known& known : kKnown) {
    const bool here = (known.places & Bit(place)) != 0;
    if (here) names.emplace_back(known.name);
    if (!SameText(known.name, annotation.name.text)) continue;
    if (here && !known.why_nothing.empty()) {
      if (SameText(known.name, "description")) return;
      context.Warn(annotation.span, shown + " has no effect: " + std::string(known.why_nothing));
      return;
    }
    context.Warn(annotation.span, shown + " has no effect on " + std::string(PlaceName(place)));
    return;
  }
  const std::string near = NearestName(annotation.name.text, names);
  context.Warn(annotation.span,
               "unknown annotation " + shown + " has no effect on " + std::string(PlaceName(place)),
               near.empty() ? "" : "did you mean '" + prefix + near + "'?");
}

}  // namespace weir
