#pragma once

class Settings;

// Each runs a command and returns the exit code.
int RunCommand(const Settings& settings);
int OneLinerCommand(const Settings& settings);
int CheckCommand(const Settings& settings);
int ExplainCommand(const Settings& settings);
int LogCommand(const Settings& settings);
int SnapshotCommand(const Settings& settings);
int ReplayCommand(const Settings& settings);
int DeadLettersCommand(const Settings& settings);
int TestCommand(const Settings& settings);
int ReplCommand(const Settings& settings);
int NewCommand(const Settings& settings);
int ConfigCommand(const Settings& settings);
int CompletionCommand(const Settings& settings);
int HelpCommand(const Settings& settings);
