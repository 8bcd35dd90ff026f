#pragma once

#include <string>
#include <string_view>

#include "weir/app.h"

// Standard error as its reader sees it. Lines of several threads are whole.

bool StderrIsTerminal();

// One line.
void Report(std::string_view line);

// A finding about an app, in colour where that is wanted.
void ReportDiagnostic(const weir::AppDiagnostic& diagnostic);

// One line that replaces itself, for a terminal; ClearProgress removes it.
void ShowProgress(uint64_t events, uint64_t bytes, uint64_t elapsed_ms);
void ShowReplayProgress(uint64_t records, uint64_t all_records);
void ClearProgress();
