// The language: a superset of SiddhiQL 5.
//
// Written so that nearly every decision needs one or two tokens. What the grammar lets through and
// the language does not have (a sequence inside a pattern, a window inside a pattern, time units
// out of order ...) is refused where the tree is turned into an AST, with a better message than a
// grammar can give.
parser grammar WeirParser;

options { tokenVocab = WeirLexer; }

// ---------------------------------------------------------------------------- entry points

app : statement? (SEMICOLON statement?)* EOF ;

singleQuery : annotation* query SEMICOLON* EOF ;

singleExpression : expression EOF ;

onDemandQuery : onDemandBody SEMICOLON* EOF ;

onDemandBody
    : K_FROM storeInput selection?
    | selection? outputAction
    ;

storeInput : name (K_AS name)? (K_ON expression)? joinRange? ;

// ---------------------------------------------------------------------------- statements

statement
    : annotation+ element?
    | element
    ;

element
    : K_DEFINE definition
    | query
    | partition
    ;

annotation
    : AT_SIGN (K_APP COLON)? name (OPEN_PAREN annotationItem (COMMA annotationItem)* CLOSE_PAREN)?
    ;

annotationItem
    : annotation
    | (annotationKey ASSIGN)? STRING_LITERAL
    ;

annotationKey
    : name ((DOT | MINUS | COLON) name)*
    | STRING_LITERAL
    ;

partition
    : K_PARTITION K_WITH OPEN_PAREN partitionKey (COMMA partitionKey)* CLOSE_PAREN
      K_BEGIN partitionQuery? (SEMICOLON partitionQuery?)* K_END
    ;

partitionKey : expression (K_AS STRING_LITERAL (K_OR labelledRange)*)? K_OF name ;

labelledRange : expression K_AS STRING_LITERAL ;

partitionQuery : annotation* query ;

// ---------------------------------------------------------------------------- definitions

definition
    : K_STREAM name attributeList                                         # defineStream
    | K_TABLE name attributeList                                          # defineTable
    | K_WINDOW name attributeList call (K_OUTPUT eventType)?              # defineWindow
    | K_TRIGGER name K_AT (K_EVERY timeLiteral | STRING_LITERAL)          # defineTrigger
    | K_FUNCTION name OPEN_SQUARE name CLOSE_SQUARE K_RETURN attributeType SCRIPT
                                                                          # defineFunction
    | K_AGGREGATION name K_FROM basicStream selectClause groupBy?
      K_AGGREGATE (K_BY attributeReference)? K_EVERY durations            # defineAggregation
    ;

attributeList : OPEN_PAREN attribute (COMMA attribute)* CLOSE_PAREN ;

attribute : name attributeType ;

attributeType : K_STRING | K_INT | K_LONG | K_FLOAT | K_DOUBLE | K_BOOL | K_OBJECT ;

durations : timeUnit (ELLIPSIS timeUnit | (COMMA timeUnit)*) ;

// ---------------------------------------------------------------------------- queries

query : K_FROM input selection? outputRate? outputAction ;

input
    : anonymousInput
    | basicStream (streamRest | stateRest)
    | stateStart chainTail? within?
    ;

anonymousInput
    : OPEN_PAREN anonymousInput CLOSE_PAREN
    | OPEN_PAREN query CLOSE_PAREN
    ;

basicStream : source handler* ;

source : (HASH | BANG)? name ;

handler
    : HASH? OPEN_SQUARE expression CLOSE_SQUARE
    | HASH K_WINDOW DOT call
    | HASH call
    ;

// A stream or table alone, or the rest of a join.
streamRest : (K_AS name)? K_UNIDIRECTIONAL? join? ;

join : joinType basicStream (K_AS name)? K_UNIDIRECTIONAL? (K_ON expression)? joinRange? ;

joinType
    : K_INNER? K_JOIN
    | (K_LEFT | K_RIGHT | K_FULL) K_OUTER? K_JOIN
    | K_OUTER K_JOIN
    ;

joinRange : K_WITHIN expression (COMMA expression)? K_PER expression ;

// ---------------------------------------------------------------------------- patterns, sequences

// A first state that cannot be taken for a plain stream.
stateStart
    : K_EVERY stateOr
    | markedOperand andTail? orTail?
    ;

// What may follow a first state that began like a plain stream.
stateRest
    : stateCount andTail? orTail? chainTail? within?
    | andTail orTail? chainTail? within?
    | orTail chainTail? within?
    | chainTail within?
    | within
    ;

stateChain : stateElement chainTail? ;

chainTail
    : (ARROW stateElement)+
    | (COMMA stateElement)+
    ;

stateElement : K_EVERY? stateOr ;

stateOr : stateAnd orTail? ;

orTail : (K_OR stateAnd)+ ;

stateAnd : stateOperand andTail? ;

andTail : (K_AND stateOperand)+ ;

stateOperand
    : markedOperand
    | basicStream stateCount?
    ;

markedOperand
    : K_NOT basicStream (K_FOR timeLiteral)?
    | name ASSIGN basicStream stateCount?
    | OPEN_PAREN stateChain CLOSE_PAREN
    ;

stateCount
    : LESS INT_LITERAL (COLON INT_LITERAL?)? GREATER
    | LESS COLON INT_LITERAL GREATER
    | STAR
    | PLUS
    | QUESTION
    ;

within : K_WITHIN timeLiteral ;

// ---------------------------------------------------------------------------- selection

selection : selectClause groupBy? having? orderBy? limit? offset? ;

selectClause : K_SELECT K_DISTINCT? (STAR | selectItem (COMMA selectItem)*) ;

selectItem : expression (K_AS name)? ;

groupBy : K_GROUP K_BY expression (COMMA expression)* ;

having : K_HAVING expression ;

orderBy : K_ORDER K_BY orderKey (COMMA orderKey)* ;

orderKey : expression (K_ASC | K_DESC)? ;

limit : K_LIMIT expression ;

offset : K_OFFSET expression ;

// ---------------------------------------------------------------------------- output

outputRate
    : K_OUTPUT (K_ALL | K_FIRST | K_LAST | K_SNAPSHOT)? K_EVERY INT_LITERAL (K_EVENTS | timeRest)
    ;

outputAction
    : K_INSERT eventType? K_INTO source                                          # insertAction
    | K_DELETE source (K_FOR eventType)? (K_ON expression)?                      # deleteAction
    | K_UPDATE (K_OR K_INSERT K_INTO)? source (K_FOR eventType)? setClause?
      K_ON expression                                                            # updateAction
    | K_RETURN eventType?                                                        # returnAction
    ;

eventType : (K_ALL | K_EXPIRED | K_CURRENT)? K_EVENTS ;

setClause : K_SET setAssignment (COMMA setAssignment)* ;

setAssignment : attributeReference ASSIGN expression ;

// ---------------------------------------------------------------------------- expressions
// From the loosest to the tightest. `not` and the signs bind tighter than every binary operator.

expression : andExpression (K_OR andExpression)* ;

andExpression : inExpression (K_AND inExpression)* ;

// A test for a table may itself be compared: `a == b in T == true` is `((a == b) in T) == true`.
inExpression : equality (K_IN name ((EQUAL | NOT_EQUAL) comparison)*)* ;

equality : comparison ((EQUAL | NOT_EQUAL) comparison)* ;

comparison : sum comparisonTail* ;

comparisonTail
    : (LESS | LESS_EQUAL | GREATER | GREATER_EQUAL) sum
    | K_NOT? K_BETWEEN sum K_AND sum
    | K_NOT? K_LIKE sum
    | K_NOT? K_IN OPEN_PAREN expression (COMMA expression)* CLOSE_PAREN
    ;

sum : product ((PLUS | MINUS | CONCAT) product)* ;

product : unary ((STAR | SLASH | PERCENT) unary)* ;

unary : (K_NOT | MINUS | PLUS)* postfix ;

postfix : primary elementAccess* (K_IS K_NOT? K_NULL)* ;

primary
    : OPEN_PAREN expression CLOSE_PAREN
    | literal
    | caseExpression
    | reference
    ;

// An element of an object. `x[0]` and `x[last]` behind a bare name are read as an eventIndex; the
// tree builder knows better where a value is wanted.
elementAccess : OPEN_SQUARE expression CLOSE_SQUARE ;

caseExpression
    : K_CASE caseBranch+ (K_ELSE expression)? K_END
    | K_CASE_OF expression caseBranch+ (K_ELSE expression)? K_END
    ;

caseBranch : K_WHEN expression K_THEN expression ;

reference
    : (HASH | BANG) name eventIndex? (DOT name)?
    | word (COLON name arguments | arguments | eventIndex (DOT name)? | DOT name)?
    ;

call : name (COLON name)? arguments ;

arguments : OPEN_PAREN (STAR | expression (COMMA expression)*)? CLOSE_PAREN ;

attributeReference
    : (HASH | BANG) name eventIndex? DOT name
    | name (eventIndex? DOT name)?
    ;

eventIndex : OPEN_SQUARE (INT_LITERAL | K_LAST (MINUS INT_LITERAL)?) CLOSE_SQUARE ;

literal
    : INT_LITERAL timeRest?
    | LONG_LITERAL
    | FLOAT_LITERAL
    | DOUBLE_LITERAL
    | STRING_LITERAL
    | K_TRUE
    | K_FALSE
    | K_NULL
    ;

timeLiteral : INT_LITERAL timeRest ;

timeRest : timeUnit (INT_LITERAL timeUnit)* ;

timeUnit : K_YEAR | K_MONTH | K_WEEK | K_DAY | K_HOUR | K_MIN | K_SEC | K_MILLISEC ;

// Every keyword is a name too, as long as the place allows a name. Two of them would need a long
// look ahead in expressions, so the words themselves are told apart before the parser sees them:
// `case` is K_CASE only before `when`, and K_CASE_OF before a value (which is compared with what
// stands behind each `when`); `not` is K_NOT only before what can be negated. In all other places
// they are an ID.
name : word | K_NOT ;

word
    : ID | QUOTED_ID | K_APP | K_DEFINE | K_STREAM | K_TABLE | K_WINDOW | K_TRIGGER | K_FUNCTION
    | K_AGGREGATION | K_FROM | K_PARTITION | K_WITH | K_BEGIN | K_END | K_OF | K_SELECT
    | K_DISTINCT | K_AS | K_GROUP | K_BY | K_HAVING | K_ORDER | K_ASC | K_DESC | K_LIMIT
    | K_OFFSET | K_INSERT | K_DELETE | K_UPDATE | K_SET | K_RETURN | K_INTO | K_OUTPUT
    | K_SNAPSHOT | K_ALL | K_EVENTS | K_EXPIRED | K_CURRENT | K_JOIN | K_INNER | K_OUTER | K_LEFT
    | K_RIGHT | K_FULL | K_UNIDIRECTIONAL | K_ON | K_WITHIN | K_PER | K_EVERY | K_AND
    | K_OR | K_FOR | K_IS | K_NULL | K_IN | K_BETWEEN | K_LIKE | K_WHEN | K_THEN | K_ELSE
    | K_LAST | K_FIRST | K_AT | K_AGGREGATE | K_TRUE | K_FALSE | K_STRING | K_INT | K_LONG
    | K_FLOAT | K_DOUBLE | K_BOOL | K_OBJECT | K_YEAR | K_MONTH | K_WEEK | K_DAY | K_HOUR | K_MIN
    | K_SEC | K_MILLISEC
    ;
