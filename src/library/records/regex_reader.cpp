#include "library/records/regex_reader.h"

#include <algorithm>
#include <charconv>

namespace weir {

Status RegexPlaces::Add(const std::string& written, const std::map<std::string, size_t>& names) {
  const size_t open = written.find('[');
  Group added{true, 0, 1};
  const auto name = names.find(written.substr(0, open));
  if (name == names.end()) {
    return Status::Invalid("there is no regex." + written.substr(0, open) + " for '" + written +
                           "'");
  }
  added.regex = name->second;
  if (open != std::string::npos) {
    const char* end = written.data() + written.size();
    const auto read = std::from_chars(written.data() + open + 1, end, added.group);
    if (read.ec != std::errc() || read.ptr + 1 != end || *read.ptr != ']') {
      return Status::Invalid("a group is written as A[1], not '" + written + "'");
    }
  }
  if (added.group > regexes[added.regex]->group_count()) {
    return Status::Invalid("regex." + name->first + " has " +
                           std::to_string(regexes[added.regex]->group_count()) +
                           " groups, none for '" + written + "'");
  }
  attributes.push_back(added);
  return Status::Ok();
}

bool RegexReader::Match(std::string_view record, RowAppender* rows) {
  spans_.resize(places_->regexes.size());
  for (size_t r = 0; r < places_->regexes.size(); ++r) {
    const Regex& regex = *places_->regexes[r];
    Regex::Groups groups;
    spans_[r].clear();
    const Regex::Outcome outcome = regex.Match(record, 0, &groups);
    if (outcome == Regex::Outcome::kLimit) {
      return rows->Fail(BadRecordKind::kShape, "a regular expression takes too long");
    }
    if (outcome == Regex::Outcome::kNoMatch) continue;
    for (uint32_t g = 0; g <= regex.group_count(); ++g) spans_[r].push_back(groups.At(g));
  }
  return true;
}

bool RegexReader::Read(std::string_view record, RowAppender* rows) {
  if (!Match(record, rows)) return false;
  for (uint32_t c = 0; c < places_->attributes.size(); ++c) {
    const RegexPlaces::Group& place = places_->attributes[c];
    if (!place.mapped) continue;
    const Attribute& attribute = rows->schema()[c];
    const std::vector<Regex::Span>& spans = spans_[place.regex];
    if (spans.empty() || !spans[place.group].set) {
      if (places_->fail_on_missing) {
        return rows->Fail(BadRecordKind::kShape, "no match for attribute '" + attribute.name + "'");
      }
      continue;
    }
    const Regex::Span span = spans[place.group];
    std::string_view text = record.substr(span.begin, span.end - span.begin);
    if (attribute.type != Type::kString) {
      number_.assign(text);
      std::erase(number_, ',');
      text = number_;
    }
    if (!rows->AppendText(c, text)) return false;
  }
  return rows->FinishRow();
}

bool DelimitedReader::FindEnd(std::string_view bytes, size_t from, size_t* size, size_t* end) {
  // The newline before the delimiter may have been seen already, and a part of the delimiter.
  from -= std::min(from, delimiter_.size() + 1);
  for (;;) {
    *size = bytes.find(delimiter_, from);
    if (*size == std::string_view::npos) return false;
    *end = *size + delimiter_.size();
    if (*end < bytes.size() && bytes[*end] == '\r') ++*end;
    if (*end >= bytes.size()) return false;
    if (bytes[(*end)++] == '\n') return true;
    from = *size + 1;
  }
}

}  // namespace weir
