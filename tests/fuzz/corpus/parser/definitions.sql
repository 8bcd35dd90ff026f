@app:name('seed') @app:playback
@source(type='http', @map(type='json', @attributes(a='$.a')))
define stream S (a string, b int, c long, d float, e double, f bool, g object);
@primaryKey('a') @index('b') define table T (a string, b int);
define window W (a string) timeBatch(1 sec, 0) output all events;
define trigger Tick at every 5 sec;
define function f[js] return string { return {x: "}"}; };
define aggregation A from S[b > 1] select a, sum(b) as t group by a aggregate by c every sec...year;
