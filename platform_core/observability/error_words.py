"""The words of error messages: of Python, Dagster, Polars, pandas, DuckDB, Pandera, databases and HTTP.

A message may keep these, whatever the data holds: they tell what happened and nothing of a row. Names of people and
places, and numbers, are not among them.
"""

from __future__ import annotations

# Articles, conjunctions and the like, then what errors speak of
_PROSE = (
    "a an the this that these those it its is are was were be been being has have had having do does did not no nor "
    "none and or but if else then than so as at by for from in into of off on onto out over to under up with within "
    "without while when where which who why how all any both each every few more most other some such only own same "
    "too very can cannot could may might must shall should will would there here again also already before after "
    "because between during until upon about above below either neither per via instead rather yet still ability "
    "able abort aborted access accept accepted across actual actually add added address adds allow allowed "
    "ambiguous answer answered append applied apply argument arguments array asset assets assigned attempt "
    "attempted attribute attributes available bad base become begin binary bit blocked blocking body boolean bound "
    "bounds branch broken buffer build built bytes cache call called calling cancelled case cast casting catalog "
    "cause caused cell change changed character characters check checks child choice class clause client close "
    "closed code codec column columns command compare comparison compile complete compute computation concat "
    "condition config configuration conflict conflicting connect connected connection constraint constructor "
    "contain contained container contains content context convert converted conversion copy corrupt count create "
    "created data database dataframe datatype date datetime deadlock decimal decode decoding default define defined "
    "delete deleted denied dependency depth deprecated destination detail details device dict dictionary different "
    "digits dimension directory disallowed disk division document domain down download dtype dtypes duplicate "
    "duplicated duplicates duration element elements empty encode encoding end ended engine enough entry enum "
    "environment equal error errors evaluate evaluation event exact exceed exceeded except exception execute "
    "executed executing execution exist existing exists exit expected expects expired explicit exponent expression "
    "expressions extra fail failed failing fails failure failures false field fields file files filter finished "
    "finite first fit float folder follow following forbidden foreign form format formatted found frame full "
    "function further gateway get given got group groupby grouped handle hash header headers host identifier "
    "ignored illegal implementation implemented import imported include inconsistent incorrect index indexed "
    "indices infer inner input inputs insert inside insufficient instance integer integers interface internal "
    "interrupted invalid invariant iterable iterator item items job join joined keep key keyword keys kill killed "
    "kind known label large last later launch lazy left length less level limit limits line lines list literal load "
    "loaded local location lock locked longer lookup lost made main make many map mapping mask match matched "
    "matching materialise materialize maximum memory message metadata method minimum mismatch mismatched missing "
    "mode model module multiple name named names need needed needs negative nested network never new next node non "
    "nothing null nulls number numbers numeric object objects one ones open opened operand operands operation "
    "operator operators option order original outer output outputs outside overflow overwrite package page "
    "parameter parameters parent parquet parse parsed parser parsing partial partition partitions pass passed path "
    "pattern permission permitted pickle place plan please points policy port position positional possible "
    "precision present primary process processing program promoted protocol provide provided query queue raise "
    "raised range read reading reason received record records recursion redirect reference refused regex rejected "
    "relation remote remove required requires resource resources response result results retry return returned "
    "returns right row rows run running runtime scalar scan scheme schema scope second select selected selection "
    "send sensor sent sequence series server service session set setting shape sign signal signature size slice "
    "small socket source space specified stack start started state statement status step steps storage store stored "
    "stream strict string strings struct subquery subscriptable successful support supported switch syntax system "
    "table tables take target task temporary terminated test text time timed timeout times timestamp token top "
    "total transaction true truncated truth try tuple type types unable unauthorized undefined unexpected "
    "unhashable union unique unit unknown unpack unreachable unreadable unresolved unsupported update upload use "
    "used user uses using utf valid validate validation value values variable version view violated violates "
    "project personal looks stands declared nowhere classified classification downgrade "
    "violation wait wanted warning way width window wrong write writing written wrote year zero zone"
)
# Names of types, of exceptions and of programs, as messages write them
_NAMES = (
    "str int bool bytes float NoneType None True False NaN nan inf datetime timedelta i8 i16 i32 i64 i128 u8 u16 "
    "u32 u64 f32 f64 Int8 Int16 Int32 Int64 Int128 UInt8 UInt16 UInt32 UInt64 Float32 Float64 String Utf8 Date "
    "Datetime Duration Time Boolean Binary Categorical Enum Decimal List Array Struct Null Object int64 float64 "
    "object category BIGINT INTEGER VARCHAR DOUBLE DATE TIMESTAMP BOOLEAN DataFrame LazyFrame Series Expr Index "
    "MultiIndex Arrow Polars polars pandas DuckDB Parquet CSV JSON YAML SQL HTTP HTTPS TLS SSL TCP IO API AWS S3 "
    "PostgreSQL Dagster utf8 UTF UTF8 ascii ASCII URL errno Errno"
)
# How sentences begin
_OPENING = (
    "A An The This That It No Not None Nothing Cannot Could Unable Error Errors Failed Failure Invalid Unexpected "
    "Unknown Unsupported Missing Expected Got Found Column Columns Row Rows Table File Files Asset Assets Check "
    "Checks Step Steps Run Query Connection Server Client Request Response Key Value Values Type Index Input Output "
    "Permission Timeout Read Write Out Only All Some Every Each There Operation Memory Schema Binder Catalog Parser "
    "Conversion Constraint Resource Object Data Partition Execution Process Did You Please Use Both One Duplicate "
    "Division Name Argument In On At For From With Without If When While To"
)
ERROR_WORDS = frozenset(f"{_PROSE} {_NAMES} {_OPENING}".split())
