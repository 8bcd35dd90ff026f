#include <iostream>

#include "commands.h"
#include "option_text.h"
#include "settings.h"

int CompletionCommand(const Settings& settings) {
  std::cout << CompletionScript(settings.operands[0]);
  return 0;
}
