// Words and signs of the language.
//
// The token of a keyword is called K_ and the keyword: bare names such as NULL or IN are macros
// somewhere. Error messages are made from these names, so they must stay the spelling.
lexer grammar WeirLexer;

tokens { UNCLOSED_SCRIPT, K_CASE_OF }

@lexer::members {
// Takes the rest of a script body, whose '{' has just been read. Braces inside of quotes and
// comments do not count. Done by hand because a recursive lexer rule needs time and stack that
// grow with the nesting of a hostile text.
void TakeScript() {
  const size_t end = antlr4::IntStream::EOF;
  size_t lone_quotes_until = 0;
  for (size_t depth = 1; depth > 0;) {
    const size_t c = _input->LA(1);
    if (c == end) {
      setType(UNCLOSED_SCRIPT);
      return;
    }
    if ((c == '"' || c == '\'') && _input->index() >= lone_quotes_until) {
      lone_quotes_until = TakeQuoted(c);
    } else if (c == '/' && _input->LA(2) == '/') {
      while (_input->LA(1) != end && _input->LA(1) != '\n') _input->consume();
    } else {
      if (c == '{') ++depth;
      if (c == '}') --depth;
      _input->consume();
    }
  }
}

// Takes a quoted text that ends on its line and returns 0. A quote without a partner (as in a
// comment) is just a character; then the answer is the place where its line ends, so that the
// line is not searched again.
size_t TakeQuoted(size_t quote) {
  ssize_t length = 2;
  for (size_t c = _input->LA(length); c != quote; c = _input->LA(length)) {
    if (c == antlr4::IntStream::EOF || c == '\n') {
      const size_t line_end = _input->index() + static_cast<size_t>(length) - 1;
      _input->consume();
      return line_end;
    }
    length += c == '\\' ? 2 : 1;
  }
  for (ssize_t i = 0; i < length; ++i) _input->consume();
  return 0;
}
}

INT_LITERAL    : DIGIT+ ;
LONG_LITERAL   : DIGIT+ L ;
FLOAT_LITERAL  : (DIGIT+ ('.' DIGIT*)? | '.' DIGIT+) EXPONENT? F ;
DOUBLE_LITERAL
    : DIGIT+ ('.' DIGIT*)? EXPONENT? D
    | DIGIT+ ('.' DIGIT*)? EXPONENT
    | DIGIT* '.' DIGIT+ EXPONENT?
    | '.' DIGIT+ EXPONENT? D
    ;

// There are no escape sequences: a backslash is a backslash.
STRING_LITERAL
    : '\'' ~['"\u0000-\u001f]* '\''
    | '"' ~["\u0000-\u001f]* '"'
    | '"""' .*? '"""'
    ;
// So that a forgotten quote costs one line and not the rest of the app.
UNCLOSED_STRING
    : '\'' ~['"\u0000-\u001f]*
    | '"' ~["\u0000-\u001f]*
    | '"""'
    ;

COLON          : ':' ;
SEMICOLON      : ';' ;
DOT            : '.' ;
ELLIPSIS       : '...' ;
OPEN_PAREN     : '(' ;
CLOSE_PAREN    : ')' ;
OPEN_SQUARE    : '[' ;
CLOSE_SQUARE   : ']' ;
COMMA          : ',' ;
ASSIGN         : '=' ;
STAR           : '*' ;
PLUS           : '+' ;
QUESTION       : '?' ;
MINUS          : '-' ;
SLASH          : '/' ;
PERCENT        : '%' ;
LESS           : '<' ;
LESS_EQUAL     : '<=' ;
GREATER        : '>' ;
GREATER_EQUAL  : '>=' ;
EQUAL          : '==' ;
NOT_EQUAL      : '!=' ;
CONCAT         : '||' ;
ARROW          : '->' ;
AT_SIGN        : '@' ;
HASH           : '#' ;
BANG           : '!' ;

// All of these are names as well, see `name` in the parser.
K_APP            : A P P ;
K_DEFINE         : D E F I N E ;
K_STREAM         : S T R E A M ;
K_TABLE          : T A B L E ;
K_WINDOW         : W I N D O W ;
K_TRIGGER        : T R I G G E R ;
K_FUNCTION       : F U N C T I O N ;
K_AGGREGATION    : A G G R E G A T I O N ;
K_FROM           : F R O M ;
K_PARTITION      : P A R T I T I O N ;
K_WITH           : W I T H ;
K_BEGIN          : B E G I N ;
K_END            : E N D ;
K_OF             : O F ;
K_SELECT         : S E L E C T ;
K_DISTINCT       : D I S T I N C T ;
K_AS             : A S ;
K_GROUP          : G R O U P ;
K_BY             : B Y ;
K_HAVING         : H A V I N G ;
K_ORDER          : O R D E R ;
K_ASC            : A S C ;
K_DESC           : D E S C ;
K_LIMIT          : L I M I T ;
K_OFFSET         : O F F S E T ;
K_INSERT         : I N S E R T ;
K_DELETE         : D E L E T E ;
K_UPDATE         : U P D A T E ;
K_SET            : S E T ;
K_RETURN         : R E T U R N ;
K_INTO           : I N T O ;
K_OUTPUT         : O U T P U T ;
K_SNAPSHOT       : S N A P S H O T ;
K_ALL            : A L L ;
K_EVENTS         : E V E N T S ;
K_EXPIRED        : E X P I R E D ;
K_CURRENT        : C U R R E N T ;
K_JOIN           : J O I N ;
K_INNER          : I N N E R ;
K_OUTER          : O U T E R ;
K_LEFT           : L E F T ;
K_RIGHT          : R I G H T ;
K_FULL           : F U L L ;
K_UNIDIRECTIONAL : U N I D I R E C T I O N A L ;
K_ON             : O N ;
K_WITHIN         : W I T H I N ;
K_PER            : P E R ;
K_EVERY          : E V E R Y ;
K_NOT            : N O T ;
K_AND            : A N D ;
K_OR             : O R ;
K_FOR            : F O R ;
K_IS             : I S ;
K_NULL           : N U L L ;
K_IN             : I N ;
K_BETWEEN        : B E T W E E N ;
K_LIKE           : L I K E ;
K_CASE           : C A S E ;
K_WHEN           : W H E N ;
K_THEN           : T H E N ;
K_ELSE           : E L S E ;
K_LAST           : L A S T ;
K_FIRST          : F I R S T ;
K_AT             : A T ;
K_AGGREGATE      : A G G R E G A T E ;
K_TRUE           : T R U E ;
K_FALSE          : F A L S E ;
K_STRING         : S T R I N G ;
K_INT            : I N T ;
K_LONG           : L O N G ;
K_FLOAT          : F L O A T ;
K_DOUBLE         : D O U B L E ;
K_BOOL           : B O O L ;
K_OBJECT         : O B J E C T ;
K_YEAR           : Y E A R S? ;
K_MONTH          : M O N T H S? ;
K_WEEK           : W E E K S? ;
K_DAY            : D A Y S? ;
K_HOUR           : H O U R S? ;
K_MIN            : M I N (U T E S?)? ;
K_SEC            : S E C (O N D S?)? ;
K_MILLISEC       : M I L L I S E C (O N D S?)? ;

ID             : [a-zA-Z_] [a-zA-Z_0-9]* ;
QUOTED_ID      : '`' ~'`'* '`' ;
UNCLOSED_ID    : '`' ~[`\r\n]* ;

SCRIPT         : '{' { TakeScript(); } ;

LINE_COMMENT   : '--' ~[\r\n]* -> skip ;
BLOCK_COMMENT  : '/*' .*? ('*/' | EOF) -> skip ;
SPACE          : [ \u000B\f\t\r\n\uFEFF]+ -> skip ;

// Whatever is left becomes a token that no rule of the parser wants.
STRAY          : . ;

fragment DIGIT    : [0-9] ;
fragment EXPONENT : E [-+]? DIGIT+ ;
fragment A : [aA] ;
fragment B : [bB] ;
fragment C : [cC] ;
fragment D : [dD] ;
fragment E : [eE] ;
fragment F : [fF] ;
fragment G : [gG] ;
fragment H : [hH] ;
fragment I : [iI] ;
fragment J : [jJ] ;
fragment K : [kK] ;
fragment L : [lL] ;
fragment M : [mM] ;
fragment N : [nN] ;
fragment O : [oO] ;
fragment P : [pP] ;
fragment Q : [qQ] ;
fragment R : [rR] ;
fragment S : [sS] ;
fragment T : [tT] ;
fragment U : [uU] ;
fragment V : [vV] ;
fragment W : [wW] ;
fragment X : [xX] ;
fragment Y : [yY] ;
fragment Z : [zZ] ;
