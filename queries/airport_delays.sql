-- Airports whose flights of the last six hours are late on average: one row whenever a flight makes
-- it so, with how many there were and how late the worst was.
--
--   weir run queries/airport_delays.sql --input Flights=tests/data/flights.ndjson
@timestamp('ts')
define stream Flights (ts long, origin string, destination string, delay int, distance int);

-- A flight that is early makes up for nothing.
@info(name = 'delays')
from Flights
select origin, maximum(delay, 0) as late
insert into Delays;

@info(name = 'airports')
from Delays#window.time(6 hour)
select origin, count() as flights, avg(late) as mean, max(late) as worst
group by origin
having flights >= 3 and mean > 40.0
insert into AirportDelays;
