-- Flights that are more than two hours late.
--
--   weir run queries/late_flights.sql --time Flights=ts --input Flights=tests/data/flights.ndjson
define stream Flights (ts long, origin string, destination string, delay int, distance int);

@info(name = 'late')
from Flights[delay > 120]
select origin, destination, delay
insert into LateFlights;
