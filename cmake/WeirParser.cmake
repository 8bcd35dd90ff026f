# Generates the lexer and the parser from grammar/*.g4 and links them into weir_parser, the only
# room that may see ANTLR.
find_program(WEIR_ANTLR antlr4 REQUIRED DOC "The ANTLR tool, version 4.7.2 to 4.9")
find_package(antlr4-runtime REQUIRED)

set(grammar_dir "${CMAKE_BINARY_DIR}/grammar")
set(grammar_options -Dlanguage=Cpp -no-listener -Werror -package weir::grammar -lib ${grammar_dir}
  -o ${grammar_dir})
foreach(part IN ITEMS Lexer Parser)
  set(grammar "${CMAKE_SOURCE_DIR}/grammar/Weir${part}.g4")
  set(outputs "${grammar_dir}/Weir${part}.cpp" "${grammar_dir}/Weir${part}.h"
    "${grammar_dir}/Weir${part}.tokens")
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND ${WEIR_ANTLR} ${grammar_options} ${grammar}
    DEPENDS ${grammar} ${lexer_outputs}
    COMMENT "Generating the ${part} from Weir${part}.g4"
    VERBATIM)
  set(lexer_outputs ${outputs})
  list(APPEND grammar_sources "${grammar_dir}/Weir${part}.cpp")
endforeach()

# clang cannot compile one header that antlr4-runtime.h includes and nobody needs: leave it out.
file(READ "${ANTLR4_INCLUDE_DIR}/antlr4-runtime.h" runtime_header)
string(REGEX REPLACE "#include \"[^\"]*InterpreterDataReader.h\"\n" "" runtime_header
  "${runtime_header}")
string(REGEX REPLACE "#include \"([^\"]+)\"" "#include <\\1>" runtime_header
  "${runtime_header}")
file(CONFIGURE OUTPUT "${grammar_dir}/runtime/antlr4-runtime.h" CONTENT "${runtime_header}" @ONLY)

# Generated code is not held to our rules: no warnings, no sanitizers. -fno-char8_t: the lexer
# stores u8"..." in std::string. It is one big unit on the critical path of a build, hence -O1.
add_library(weir_grammar STATIC ${grammar_sources})
target_compile_options(weir_grammar PRIVATE -w -O1 -fno-char8_t)
target_include_directories(weir_grammar SYSTEM PUBLIC
  "${grammar_dir}/runtime" "${grammar_dir}" "${ANTLR4_INCLUDE_DIR}")
target_link_libraries(weir_grammar PUBLIC antlr4_static)

target_link_libraries(weir_parser PRIVATE weir_grammar)

# The files that see ANTLR's headers are compiled as one unit: the headers cost more than the code.
file(GLOB antlr_users "${CMAKE_SOURCE_DIR}/src/parser/tree_*.cpp")
set_source_files_properties(${antlr_users} "${CMAKE_SOURCE_DIR}/src/parser/parser.cpp"
  "${CMAKE_SOURCE_DIR}/src/parser/syntax.cpp" PROPERTIES UNITY_GROUP antlr)
set_target_properties(weir_parser PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)

# The grammar as text, for the language reference.
set(grammar_text "")
foreach(part IN ITEMS Lexer Parser)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/grammar/Weir${part}.g4")
  file(READ "${CMAKE_SOURCE_DIR}/grammar/Weir${part}.g4" text)
  string(APPEND grammar_text
    "inline constexpr char k${part}Grammar[] = R\"g4(${text})g4\";\n")
endforeach()
file(CONFIGURE OUTPUT "${grammar_dir}/text/grammar_text.h"
  CONTENT "#pragma once\n@grammar_text@" @ONLY)
set_source_files_properties("${CMAKE_SOURCE_DIR}/src/parser/grammar_rules.cpp" PROPERTIES
  INCLUDE_DIRECTORIES "${grammar_dir}/text")
