
#include <algorithm>

#include "plan/planner.h"
#include "types/value.h"

namespace weir {
namespace {

std::string Indented(const std::string& text, const std::string& indent) {
  std::string result;
  for (char c : text) {
    result += c;
    if (c == '\n') result += indent;
  }
  while (!result.empty() && (result.back() == '\n' || result.back() == ' ')) result.pop_back();
  return result;
}

std::string NodeNumber(size_t node) { return "#" + std::to_string(node); }

void AppendNode(const PlanNode& node, size_t number, std::string* out) {
  *out += node.query.empty() ? "" : "  ";
  *out += NodeNumber(number) + " " + node.kind;
  if (!node.detail.empty()) *out += " " + Indented(node.detail, "      ");
  if (!node.inputs.empty()) {
    *out += "  <-";
    for (NodeId input : node.inputs) *out += " " + NodeNumber(input);
  }
  *out += "\n";
}

// The queries that run in lockstep with the table, in order; none: no reader feeds a writer.
std::vector<std::string> LockstepQueries(const Plan& plan, const std::string& table) {
  std::vector<std::string> queries;
  for (const IslandInfo& island : plan.dag->islands()) {
    const auto& members = island.members;
    if (std::find(members.begin(), members.end(), "table " + table) == members.end()) continue;
    for (const PlanNode& node : plan.graph) {
      if (node.query.empty()) continue;
      const std::string member = node.query + "." + node.kind;
      if (std::find(members.begin(), members.end(), member) == members.end()) continue;
      if (std::find(queries.begin(), queries.end(), node.query) != queries.end()) continue;
      queries.push_back(node.query);
    }
  }
  return queries;
}

std::string JoinTexts(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

void AppendTable(const Plan& plan, const TableUse& use, std::string* out) {
  *out += "table " + use.table + (use.disk != nullptr ? " on disk\n" : "\n");
  for (const TableUse::By& by : use.writers)
    *out += "  written by " + by.query + ": " + by.how + "\n";
  for (const TableUse::By& by : use.readers) *out += "  read by " + by.query + ": " + by.how + "\n";
  const std::vector<std::string> lockstep = LockstepQueries(plan, use.table);
  if (lockstep.empty()) {
    if (!use.writers.empty() && !use.readers.empty()) {
      *out += "  no lockstep: nothing that is read decides what is written\n";
    }
    return;
  }
  *out +=
      "  in lockstep, because what is read decides what is written: " + JoinTexts(lockstep) + "\n";
}

// Streams first, then each query with all its nodes.
std::string ExplainText(const Plan& plan) {
  std::string out;
  std::vector<std::string> queries = {""};
  for (const PlanNode& node : plan.graph) {
    if (std::find(queries.begin(), queries.end(), node.query) == queries.end()) {
      queries.push_back(node.query);
    }
  }
  for (const std::string& query : queries) {
    if (!query.empty()) out += "query " + query + "\n";
    for (size_t i = 0; i < plan.graph.size(); ++i) {
      if (plan.graph[i].query == query) AppendNode(plan.graph[i], i, &out);
    }
  }
  for (const TableUse& use : plan.tables) AppendTable(plan, use, &out);
  if (plan.dag->islands().empty()) out += "lockstep islands: none\n";
  for (const IslandInfo& island : plan.dag->islands()) {
    out += "lockstep island: " + island.reason + "\n ";
    for (size_t i = 0; i < island.members.size(); ++i) {
      out += (i > 0 ? ", " : " ") + island.members[i];
    }
    out += "\n";
  }
  return out;
}

std::string DotQuoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\l";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string ExplainDot(const Plan& plan) {
  std::string out = "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n";
  for (size_t i = 0; i < plan.graph.size(); ++i) {
    const PlanNode& node = plan.graph[i];
    const std::string label = (node.query.empty() ? "" : node.query + "\n") + node.kind +
                              (node.detail.empty() ? "" : "\n" + node.detail);
    out += "  n" + std::to_string(i) + " [label=" + DotQuoted(label) + "];\n";
  }
  for (size_t i = 0; i < plan.graph.size(); ++i) {
    for (NodeId input : plan.graph[i].inputs) {
      out += "  n" + std::to_string(input) + " -> n" + std::to_string(i) + ";\n";
    }
  }
  out += "}\n";
  for (const PlanNode& node : plan.graph) out += node.automaton_dot;
  return out;
}

std::string ExplainMermaid(const Plan& plan) {
  std::string out = "flowchart LR\n";
  for (size_t i = 0; i < plan.graph.size(); ++i) {
    const PlanNode& node = plan.graph[i];
    std::string label = node.kind + (node.detail.empty() ? "" : " " + node.detail);
    std::string escaped;
    for (char c : label) {
      if (c == '"') {
        escaped += "#quot;";
      } else if (c == '\n') {
        escaped += "<br/>";
      } else {
        escaped += c;
      }
    }
    out += "  n" + std::to_string(i) + "[\"" + escaped + "\"]\n";
  }
  for (size_t i = 0; i < plan.graph.size(); ++i) {
    for (NodeId input : plan.graph[i].inputs) {
      out += "  n" + std::to_string(input) + " --> n" + std::to_string(i) + "\n";
    }
  }
  return out;
}

void AppendUses(const char* name, const std::vector<TableUse::By>& uses, std::string* out) {
  *out += ",\"" + std::string(name) + "\":[";
  for (size_t i = 0; i < uses.size(); ++i) {
    *out += i > 0 ? ",{\"query\":" : "{\"query\":";
    AppendStringJson(uses[i].query, out);
    *out += ",\"how\":";
    AppendStringJson(uses[i].how, out);
    *out += "}";
  }
  *out += "]";
}

std::string ExplainJson(const Plan& plan) {
  std::string out = "{\"nodes\":[";
  for (size_t i = 0; i < plan.graph.size(); ++i) {
    const PlanNode& node = plan.graph[i];
    out += i > 0 ? ",\n" : "\n";
    out += "{\"id\":" + std::to_string(i) + ",\"kind\":";
    AppendStringJson(node.kind, &out);
    out += ",\"detail\":";
    AppendStringJson(node.detail, &out);
    if (!node.query.empty()) {
      out += ",\"query\":";
      AppendStringJson(node.query, &out);
    }
    out += ",\"inputs\":[";
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      out += (k > 0 ? "," : "") + std::to_string(node.inputs[k]);
    }
    out += "]}";
  }
  out += "\n],\"tables\":[";
  for (size_t t = 0; t < plan.tables.size(); ++t) {
    const TableUse& use = plan.tables[t];
    out += t > 0 ? ",\n{\"table\":" : "\n{\"table\":";
    AppendStringJson(use.table, &out);
    AppendUses("writers", use.writers, &out);
    AppendUses("readers", use.readers, &out);
    out += ",\"lockstep\":[";
    bool first_query = true;
    for (const std::string& query : LockstepQueries(plan, use.table)) {
      if (!first_query) out += ",";
      first_query = false;
      AppendStringJson(query, &out);
    }
    out += "]}";
  }
  out += "\n],\"islands\":[";
  bool first = true;
  for (const IslandInfo& island : plan.dag->islands()) {
    out += first ? "\n{\"reason\":" : ",\n{\"reason\":";
    first = false;
    AppendStringJson(island.reason, &out);
    out += ",\"members\":[";
    for (size_t k = 0; k < island.members.size(); ++k) {
      if (k > 0) out += ",";
      AppendStringJson(island.members[k], &out);
    }
    out += "]}";
  }
  return out + "]}\n";
}

}  // namespace

Result<std::string> ExplainPlan(const Plan& plan, const std::string& format) {
  if (format == "text") return ExplainText(plan);
  if (format == "dot") return ExplainDot(plan);
  if (format == "mermaid") return ExplainMermaid(plan);
  if (format == "json") return ExplainJson(plan);
  return Status::Invalid("unknown format '" + format + "'; known: text, dot, mermaid, json");
}

}  // namespace weir
