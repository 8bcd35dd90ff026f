// Everything a program that embeds the engine needs.
//
//   weir::CompileResult compiled = weir::CompileApp(text, {.file_name = "fraud.sql"});
//   std::unique_ptr<weir::Session> session;
//   weir::Outcome opened = weir::Session::Open(compiled.app, {.on_row = Print}, &session);
//   session->SendJson("Trades", R"(["IBM", 75.6])");
//   session->Flush();
#pragma once

#include "weir/app.h"
#include "weir/help.h"
#include "weir/outcome.h"
#include "weir/run.h"
#include "weir/session.h"
